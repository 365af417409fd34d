-- Grain: city x feed that names the codes it is complete for, and so has none of them among its rows without
-- a code.
-- It holds so long as every row has a code of the source, and every code was understood: what nobody knows
-- may be any.
with
    -- Feeds with rows in which the source writes no code at all, not even one of its own.
    feeds_leaving_codes_blank as (
        select city_id, feed_id
        from {{ source('run_records', 'column_fill') }}
        where "column" in ('iccs_code', 'icd10', 'local_code')
        group by city_id, feed_id
        having
            sum(records - filled) filter ("column" <> 'local_code') > 0
            and coalesce(sum(records - filled) filter ("column" = 'local_code'), 1) > 0
    ),

    feeds_with_strange_codes as (
        select city_id, feed_id
        from {{ source('run_records', 'unmapped_codes') }}
        where "column" in ('iccs_code', 'icd10')
    )

select city_id, feed_id
from {{ source('run_records', 'coverage') }}
anti join feeds_leaving_codes_blank using (city_id, feed_id)
anti join feeds_with_strange_codes using (city_id, feed_id)
group by city_id, feed_id
having bool_and(code_prefix <> '')
