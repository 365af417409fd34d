-- Grain: finding. Indicators for which sources state different values of one year, or of which city and
-- districts are taken from different sources (G09b).
with
    -- Of each indicator the pair of sources and the year with the greatest difference.
    furthest_pairs as (
        select
            city_id,
            indicator_id,
            year,
            stated_by_all,
            round(100 * (exp(log_ratio) - 1), 0) as percent,
            round(log_ratio, 4) as rounded_log_ratio,
            count(distinct year) over (partition by city_id, indicator_id) as years_n
        from {{ ref('source_pairs') }}
        where comparable and beyond_chance
        qualify
            row_number() over (
                partition by city_id, indicator_id order by log_ratio desc, year desc, what, feed_a, feed_b
            )
            = 1
    ),

    sources_differ as (
        select
            'sources_differ' as rule_id,
            city_id,
            indicator_id,
            year,
            stated_by_all as by_source,
            percent,
            rounded_log_ratio as log_ratio,
            years_n,
            make_date(year, 1, 1) as period_start,
            make_date(year, 12, 31) as period_end
        from furthest_pairs
        where rounded_log_ratio > 0
    ),

    -- Of each indicator the newest year; within it the level with most areas.
    levels_differ as (
        select
            'levels_differ' as rule_id,
            city_id,
            indicator_id,
            level as dimension,
            year,
            city_title,
            title as other_title,
            areas_n,
            make_date(year, 1, 1) as period_start,
            make_date(year, 12, 31) as period_end
        from {{ ref('source_levels') }}
        qualify
            row_number() over (
                partition by city_id, indicator_id order by year desc, areas_n desc, level, numerator_source
            )
            = 1
    )

select *
from sources_differ
union all by name
select *
from levels_differ
