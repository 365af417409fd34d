-- Grain: city x feed x column x local code without a mapping: its records, beside all records of the feed.
with kept as (
    select city_id, feed_id, sum(rows_kept) as records_in_all from {{ source('register', 'deliveries') }} where in_use group by all
)

select codes.city_id, codes.feed_id, codes."column", codes.code, codes.records, cast(kept.records_in_all as bigint) as records_in_all
from {{ source('register', 'unmapped_codes') }} as codes
inner join kept on codes.city_id = kept.city_id and codes.feed_id = kept.feed_id
