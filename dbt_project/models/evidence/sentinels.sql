-- Grain: city x feed x delivery x column x number that stands for something missing: how often, and whether
-- the contract declares it. Deliveries of several periods with the same bytes are one here.
select city_id, feed_id, sha256, "column", code, cast(sum(records) as bigint) as records, declared
from {{ source('run_records', 'sentinels') }}
group by city_id, feed_id, sha256, "column", code, declared
