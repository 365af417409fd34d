-- Grain: finding. Core indicators that one source alone supports, or whose second source is old (G22).
with
    sources_of_core_indicators as (
        select
            city_id,
            line as indicator_id,
            count(distinct feed_id) as sources_n,
            any_value(title) as sources,
            count(distinct feed_id) filter (where low_confidence) as failing_n,
            min(newest_year) as older_year,
            max(newest_year) as newer_year
        from {{ ref('source_values') }}
        where core_flag
        group by city_id, line
    ),

    single_source as (
        select
            'single_source' as rule_id,
            city_id,
            indicator_id,
            sources_n,
            sources,
            failing_n,
            sources_n as available_n
        from sources_of_core_indicators
        where sources_n = 1
    ),

    second_is_old as (
        select
            'second_is_old' as rule_id,
            city_id,
            indicator_id,
            sources_n,
            older_year,
            newer_year,
            newer_year - older_year - 2 as second_is_old
        from sources_of_core_indicators
        where sources_n = 2
    )

select *
from single_source
union all by name
select *
from second_is_old
