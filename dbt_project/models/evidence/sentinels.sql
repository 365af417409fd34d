-- Grain: city x feed x delivery x column x number that stands for something missing: how often, and
-- whether the contract declares it.
select city_id, feed_id, sha256, "column", code, records, told as declared
from {{ source('run_records', 'sentinels') }}
