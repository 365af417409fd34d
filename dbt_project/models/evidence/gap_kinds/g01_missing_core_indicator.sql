-- Grain: finding. Indicators of the guide without any figure for the city (G01).
with
    missing_indicator as (
        select
            'missing_indicator' as rule_id,
            city_id,
            indicator_id,
            count(*) filter (where state <> 'not_required') as needed_n,
            count(*) filter (where state not in ('missing', 'partial', 'not_required')) as there_n,
            needed_n as expected_n,
            there_n as available_n,
            min(year) as first_year,
            max(year) as last_year,
            any_value(family) as family,
            max(case when core_flag then 1 else 0 end) as core,
            case when core = 1 then 1 end as missing_core,
            case when core = 0 then 1 end as missing_other
        from {{ ref('expected_cells') }}
        where area_level = 'city'
        group by city_id, indicator_id
        having needed_n > 0 and there_n = 0
    )

select *
from missing_indicator
