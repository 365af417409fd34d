-- Grain: finding. Codes of a feed's column that nobody has mapped to the codes of the assessment (G08c).
with
    unmapped as (
        select
            'unmapped' as rule_id,
            city_id,
            feed_id,
            "column" as dimension,
            cast(sum(records) as bigint) as bad_n,
            max(records_in_all) as total_n,
            total_n as expected_n,
            total_n - bad_n as available_n,
            cast(sum(codes) as bigint) as codes_n,
            {{ first_few('code', 'code') }} as missing,
            1 - bad_n / total_n as share_mapped,
            -- A code with the records of an area is an area that has lost its name.
            count(*) filter (where code <> 'rare ones' and records > records_of_an_area / 2) as unmatched_n
        from {{ ref('unmapped_codes') }}
        group by city_id, feed_id, "column"
        having bad_n > 0
    )

select *
from unmapped
