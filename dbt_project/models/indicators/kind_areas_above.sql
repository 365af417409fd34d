-- Grain: city x indicator x area x frequency x period x sex x age x other dimension.
-- areas_above: the share of the finest areas in which another indicator lies above a threshold. Areas without
-- a value may lie above it or not: of many such areas there is no share, only at least so many above.
with
    total_values as (
        select city_id, indicator_id, area_id, freq, start, value, sources, numerator_source
        from {{ ref('values_from_preferred_source') }}
        where
            indicator_id in (select basis from {{ ref('indicator_catalogue') }} where kind = 'areas_above')
            and sex = '_T'
            and age = '_T'
            and other_dim = ''
            and value is not null
    ),

    -- Grain: city x area x finer area in it, itself of a level that is asked for.
    areas_asked as (
        select areas.city_id, areas.area_id, areas.level, ancestors.ancestor_id as whole_id
        from {{ ref('city_areas') }} as areas
        inner join
            {{ ref('area_ancestors') }} as ancestors
            on areas.city_id = ancestors.city_id
            and areas.area_id = ancestors.area_id
            and ancestors.ancestor_level = 'city'
        where areas.level in ('district', 'neighbourhood')
    ),

    periods_with_values as (
        select distinct total_values.city_id, total_values.indicator_id, total_values.freq, total_values.start
        from total_values
        semi join areas_asked using (city_id, area_id)
    ),

    counted_areas as (
        select
            areas_asked.city_id,
            indicators.indicator_id,
            areas_asked.whole_id as area_id,
            areas_asked.level,
            periods.freq,
            periods.start,
            indicators.multiplier,
            indicators.unit,
            count(*) as areas,
            count(total_values.value) as areas_known,
            count(*) filter (where total_values.value > indicators.threshold) as areas_above,
            list_sort(
                list_distinct(flatten(list(total_values.sources) filter (total_values.value is not null)))
            ) as sources,
            {{ all_names('total_values.numerator_source') }} as numerator_source
        from periods_with_values as periods
        inner join
            {{ ref('indicator_catalogue') }} as indicators
            on periods.indicator_id = indicators.basis
            and indicators.kind = 'areas_above'
        inner join areas_asked on periods.city_id = areas_asked.city_id
        left join
            total_values
            on areas_asked.city_id = total_values.city_id
            and areas_asked.area_id = total_values.area_id
            and periods.indicator_id = total_values.indicator_id
            and periods.freq = total_values.freq
            and periods.start = total_values.start
        group by all
    ),

    -- One level for each period: that of which most is known, then the finer one.
    counted_level as (
        select *, 1 - areas_known / areas as unknown_share
        from counted_areas
        where areas_known > 0
        qualify
            dense_rank() over (
                partition by city_id, indicator_id, area_id, freq, start
                order by areas_known / areas desc, level = 'neighbourhood' desc
            )
            = 1
    ),

    limits as (
        select city_id, low, high
        from {{ ref('thresholds_in_force') }}
        where gap_code = 'G17' and metric = 'possible_loss'
    )

select
    counted.city_id,
    counted.indicator_id,
    counted.area_id,
    counted.freq,
    counted.start,
    '_T' as sex,
    '_T' as age,
    '' as other_dim,
    '' as other_code,
    case
        when counted.unknown_share <= limits.high
        then counted.multiplier * counted.areas_above / counted.areas_known
    end as value,
    counted.unit,
    cast(counted.areas_above as double) as numerator,
    cast(counted.areas_known as double) as denominator,
    cast(null as double) as ci_low,
    cast(null as double) as ci_high,
    cast(null as bigint) as n,
    case
        when counted.unknown_share > limits.high
        then 'O'
        when counted.unknown_share > limits.low
        then 'U'
        else 'A'
    end as obs_status,
    case when counted.unknown_share > limits.low then 'areas_without_value' end as reason_code,
    case
        when counted.unknown_share > limits.low
        then cast(counted.areas - counted.areas_known as varchar) || ' of ' || cast(counted.areas as varchar)
    end as reason_detail,
    counted.sources,
    counted.numerator_source,
    cast(null as varchar) as population_base,
    cast(counted.areas_known as varchar)
    || ' of '
    || cast(counted.areas as varchar)
    || ' areas with a value' as denominator_source
from counted_level as counted
inner join limits on counted.city_id = limits.city_id
