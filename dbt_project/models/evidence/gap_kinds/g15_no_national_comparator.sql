-- Grain: finding. Indicators of the city without a figure of the country, or with one of another year only
-- (G15).
with
    no_national as (
        select
            'no_national' as rule_id,
            city_id,
            indicator_id,
            city_year,
            0 as figures_n,
            case when core_flag then 1 else 0 end as core,
            case when core = 1 then 1 end as none_core,
            case when core = 0 then 1 end as none_other
        from {{ ref('national_comparators') }}
        where nearest_year is null
    ),

    national_other_year as (
        select
            'national_other_year' as rule_id,
            city_id,
            indicator_id,
            city_year,
            nearest_year,
            years_apart,
            1 as other_year
        from {{ ref('national_comparators') }}
        where years_apart > 1
    )

select *
from no_national
union all by name
select *
from national_other_year
