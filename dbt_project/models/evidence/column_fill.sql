-- Grain: city x feed x column taken from the source: in how many records of the deliveries in use it has a
-- value.
select
    city_id,
    feed_id,
    "column",
    cast(sum(filled) as bigint) as filled,
    cast(sum(unusable) as bigint) as unusable,
    cast(sum(records) as bigint) as records
from {{ source('run_records', 'column_fill') }}
group by city_id, feed_id, "column"
