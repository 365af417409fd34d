-- Grain: city x indicator x area x frequency x period x sex x age x other dimension.
-- The values of all kinds but areas_above, from one source for each area and period: what was computed from
-- counts (1), else a survey (2), else what a source reports (3).
with
    values_of_all_sources as (
        select 1 as source_rank, *
        from {{ ref('kind_count') }}
        union all by name
        select 1 as source_rank, *
        from {{ ref('kind_rate') }}
        union all by name
        select 1 as source_rank, *
        from {{ ref('kind_share') }}
        union all by name
        select 1 as source_rank, *
        from {{ ref('kind_ratio') }}
        union all by name
        select 1 as source_rank, *
        from {{ ref('kind_density') }}
        union all by name
        select 1 as source_rank, *
        from {{ ref('kind_growth') }}
        union all by name
        select 1 as source_rank, *
        from {{ ref('kind_trailing') }}
        union all by name
        select 1 as source_rank, *
        from {{ ref('kind_representation') }}
        union all by name
        select 1 as source_rank, *
        from {{ ref('kind_life_table') }}
        union all by name
        select 1 as source_rank, *
        from {{ ref('kind_presence') }}
        union all by name
        select 2 as source_rank, *
        from {{ ref('kind_survey') }}
        union all by name
        select 3 as source_rank, *
        from {{ ref('kind_reported') }}
    ),

    -- Most indicators have one source; only the others need a choice, period by period.
    indicators_with_a_choice as (
        select city_id, indicator_id
        from values_of_all_sources
        group by city_id, indicator_id
        having count(distinct source_rank) > 1
    ),

    values_with_a_choice as (
        select * from values_of_all_sources semi join indicators_with_a_choice using (city_id, indicator_id)
    ),

    preferred_sources as (
        select city_id, indicator_id, area_id, freq, start, source_rank
        from values_with_a_choice
        group by city_id, indicator_id, area_id, freq, start, source_rank
        qualify
            row_number() over (
                partition by city_id, indicator_id, area_id, freq, start
                order by bool_or(value is not null) desc, source_rank
            )
            = 1
    )

select * exclude (source_rank)
from values_of_all_sources
anti join indicators_with_a_choice using (city_id, indicator_id)
union all
select * exclude (source_rank)
from values_with_a_choice
semi join preferred_sources using (city_id, indicator_id, area_id, freq, start, source_rank)
