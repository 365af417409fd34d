-- Grain: finding. Indicators that are not broken down by what the assessment asks for, or for many people
-- not (G11).
with
    not_broken_down as (
        select
            'not_broken_down' as rule_id,
            city_id,
            indicator_id,
            dimension,
            dimension_word,
            case when dimensions.asked then 1 else 0 end as asked,
            case when core_flag and dimension in ('sex', 'area') then 1 else 0 end as core,
            1 as expected_missing
        from {{ ref('dimensions_available') }} as dimensions
        where not available
    ),

    group_unknown as (
        select
            'group_unknown' as rule_id,
            city_id,
            indicator_id,
            dimension,
            total_n as expected_n,
            total_n - unknown_n as available_n,
            dimension_word,
            year,
            unknown_n,
            total_n,
            round(100 * unknown_n / total_n, 1) as unknown_pct,
            unknown_n / total_n as unknown_share
        from {{ ref('dimensions_available') }}
        where available and unknown_n is not null
    )

select *
from not_broken_down
union all by name
select *
from group_unknown
