-- Grain: city x indicator x area x frequency x period x sex x age x other dimension. growth: change over
-- the indicator's number of years, in percent of the earlier value; a break (B) where the two are of
-- different bases or, other than residents, of different sources.
{% set is_of_other_source = '(newer.base is null and newer.feed_id <> earlier.feed_id)' %}

with
    yearly_totals as (
        select *
        from {{ ref('indicator_parts') }}
        where
            kind = 'growth'
            and part = 'numerator'
            and freq = 'A'
            and sex = '_T'
            and age = '_T'
            and other_dim = ''
    )

select
    newer.city_id,
    newer.indicator_id,
    newer.area_id,
    newer.freq,
    newer.start,
    newer.sex,
    newer.age,
    newer.other_dim,
    newer.other_code,
    indicators.multiplier * (newer.amount / nullif(earlier.amount, 0) - 1) as value,
    indicators.unit,
    newer.amount as numerator,
    earlier.amount as denominator,
    cast(null as double) as ci_low,
    cast(null as double) as ci_high,
    cast(newer.amount as bigint) as n,
    case
        when earlier.amount = 0
        then 'M'
        when newer.amount is null or earlier.amount is null
        then 'O'
        when {{ bases_differ('newer.base', 'earlier.base') }} or {{ is_of_other_source }}
        then 'B'
        else 'A'
    end as obs_status,
    case
        when earlier.amount = 0
        then 'earlier_value_zero'
        when newer.amount is null or earlier.amount is null
        then 'no_earlier_value'
        when {{ bases_differ('newer.base', 'earlier.base') }}
        then 'base_changed'
        when {{ is_of_other_source }}
        then 'source_changed'
    end as reason_code,
    case
        when earlier.amount is distinct from 0 and (newer.amount is null or earlier.amount is null)
        then cast(indicators.years as varchar)
        when earlier.amount = 0
        then null
        when {{ bases_differ('newer.base', 'earlier.base') }}
        then earlier.base || ', ' || newer.base
        when {{ is_of_other_source }}
        then earlier.feed_id || ', ' || newer.feed_id
    end as reason_detail,
    {{ list_of(['newer.feed_id', 'earlier.feed_id']) }} as sources,
    newer.feed_id as numerator_source,
    newer.base as population_base,
    earlier.feed_id as denominator_source
from yearly_totals as newer
inner join {{ ref('indicator_catalogue') }} as indicators on newer.indicator_id = indicators.indicator_id
left join
    yearly_totals as earlier
    on newer.city_id = earlier.city_id
    and newer.indicator_id = earlier.indicator_id
    and newer.area_id = earlier.area_id
    and earlier.start = cast(newer.start - to_months(12 * indicators.years) as date)
