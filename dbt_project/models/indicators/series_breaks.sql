-- Grain: city x indicator x area x frequency x period x sex x age x other dimension, where the value comes
-- from another source than the value before it in its series, or rests on residents of another base.
with
    -- What compares years within itself (growth, sums over years) says so by itself. Counted residents have a
    -- base, whichever feed brings them.
    values_in_series as (
        select
            values_.*,
            case when measures.shape = 'population' then null else values_.numerator_source end as counted_by
        from {{ ref('indicator_values') }} as values_
        inner join
            {{ ref('indicator_catalogue') }} as indicators
            on values_.indicator_id = indicators.indicator_id
            and indicators.kind not in ('growth', 'trailing')
        left join {{ ref('measures') }} as measures on indicators.numerator = measures.measure_id
        where values_.value is not null
    ),

    -- Most series have one source and one base; only the others need to be put in order.
    series_of_several_sources as (
        select city_id, indicator_id, area_id
        from values_in_series
        group by city_id, indicator_id, area_id
        having count(distinct counted_by) > 1 or count(distinct population_base) > 1
    ),

    values_with_the_one_before as (
        select
            *,
            lag(counted_by) over in_time as counted_by_before,
            lag(population_base) over in_time as base_before
        from values_in_series
        semi join series_of_several_sources using (city_id, indicator_id, area_id)
        window
            in_time as (
                partition by city_id, indicator_id, area_id, freq, sex, age, other_dim, other_code
                order by start
            )
    )

select
    city_id,
    indicator_id,
    area_id,
    freq,
    start,
    sex,
    age,
    other_dim,
    other_code,
    case when counted_by_before <> counted_by then 'source_changed' else 'base_changed' end as reason_code,
    case
        when counted_by_before <> counted_by
        then counted_by_before || ', ' || counted_by
        else base_before || ', ' || population_base
    end as reason_detail
from values_with_the_one_before
where counted_by_before <> counted_by or {{ bases_differ('base_before', 'population_base') }}
