-- Grain: city x indicator x area x frequency x period x sex x age x other dimension.
-- areas_above: the share of the finest areas in which another indicator lies above a threshold.
with
    values_by_area as (
        select values_from_preferred_source.*, areas.level
        from {{ ref('values_from_preferred_source') }} as values_from_preferred_source
        inner join
            {{ ref('city_areas') }} as areas
            on values_from_preferred_source.city_id = areas.city_id
            and values_from_preferred_source.area_id = areas.area_id
        where
            values_from_preferred_source.indicator_id
            in (select basis from {{ ref('indicator_catalogue') }} where kind = 'areas_above')
            and values_from_preferred_source.sex = '_T'
            and values_from_preferred_source.age = '_T'
            and values_from_preferred_source.other_dim = ''
            and values_from_preferred_source.value is not null
            and areas.level in ('district', 'neighbourhood')
    ),

    values_of_finest_areas as (
        select *
        from values_by_area
        qualify
            dense_rank() over (
                partition by city_id, indicator_id, freq, start order by (level = 'neighbourhood') desc
            )
            = 1
    ),

    counted_areas as (
        select
            finest.city_id,
            indicators.indicator_id,
            ancestors.ancestor_id as area_id,
            finest.freq,
            finest.start,
            indicators.multiplier,
            indicators.unit,
            count(*) as areas,
            count(*) filter (where finest.value > indicators.threshold) as areas_above,
            min(finest.sources[1]) as feed_id
        from values_of_finest_areas as finest
        inner join
            {{ ref('indicator_catalogue') }} as indicators
            on finest.indicator_id = indicators.basis
            and indicators.kind = 'areas_above'
        inner join
            {{ ref('area_ancestors') }} as ancestors
            on finest.city_id = ancestors.city_id
            and finest.area_id = ancestors.area_id
            and ancestors.ancestor_level = 'city'
        group by all
    )

select
    city_id,
    indicator_id,
    area_id,
    freq,
    start,
    '_T' as sex,
    '_T' as age,
    '' as other_dim,
    '' as other_code,
    multiplier * areas_above / areas as value,
    unit,
    cast(areas_above as double) as numerator,
    cast(areas as double) as denominator,
    cast(null as double) as ci_low,
    cast(null as double) as ci_high,
    cast(null as bigint) as n,
    'A' as obs_status,
    cast(null as varchar) as reason_code,
    cast(null as varchar) as reason_detail,
    {{ list_of(['feed_id']) }} as sources,
    cast(areas as varchar) || ' areas with a value' as denominator_source
from counted_areas
