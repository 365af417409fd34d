-- Grain: city x indicator x area x frequency x period x sex x age x other dimension.
-- All values of all indicators. What is computed from the areas comes before what a source reports of the
-- same area and period, unless it has no value.
with
    values_with_a_choice as (
        select 1 as source_rank, *
        from {{ ref('kind_areas_above') }}
        union all by name
        select 2 as source_rank, *
        from {{ ref('values_from_preferred_source') }}
        semi join {{ ref('kind_areas_above') }} using (city_id, indicator_id, area_id, freq, start)
    )

select *
from {{ ref('values_from_preferred_source') }}
anti join {{ ref('kind_areas_above') }} using (city_id, indicator_id, area_id, freq, start)
union all by name
select * exclude (source_rank)
from
    (
        select *
        from values_with_a_choice
        qualify
            dense_rank() over (
                partition by city_id, indicator_id, area_id, freq, start order by (value is null), source_rank
            )
            = 1
    )
