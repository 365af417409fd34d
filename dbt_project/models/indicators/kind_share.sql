-- Grain: city x indicator x area x frequency x period x sex x age x other dimension.
-- share: a part of a whole, in percent. A whole of zero has no shares. Only counted events have an
-- interval, Wilson's.
with
    numerators as (
        select
            parts.*,
            indicators.multiplier,
            indicators.unit,
            -- Official totals may be sampled or modelled, and then chance is not what makes them uncertain.
            coalesce(counted.shape not in ('official_counts', 'population'), false) as is_counted
        from {{ ref('indicator_parts') }} as parts
        inner join
            {{ ref('indicator_catalogue') }} as indicators on parts.indicator_id = indicators.indicator_id
        left join {{ ref('measures') }} as counted on parts.measure_id = counted.measure_id
        where parts.kind = 'share' and parts.part = 'numerator'
    ),

    denominators as (select * from {{ ref('indicator_parts') }} where kind = 'share' and part = 'denominator')

select
    numerators.city_id,
    numerators.indicator_id,
    numerators.area_id,
    numerators.freq,
    numerators.start,
    numerators.sex,
    numerators.age,
    numerators.other_dim,
    numerators.other_code,
    numerators.multiplier * numerators.amount / nullif(denominators.amount, 0) as value,
    {{ unit_in_period('numerators.unit', 'numerators.freq') }} as unit,
    numerators.amount_seen as numerator,
    denominators.amount_seen as denominator,
    case
        when numerators.is_counted and numerators.amount <= denominators.amount and denominators.amount > 0
        then greatest(0, numerators.multiplier * {{ wilson('numerators.amount', 'denominators.amount', -1) }})
    end as ci_low,
    case
        when numerators.is_counted and numerators.amount <= denominators.amount and denominators.amount > 0
        then numerators.multiplier * {{ wilson('numerators.amount', 'denominators.amount', 1) }}
    end as ci_high,
    cast(denominators.amount_seen as bigint) as n,
    case
        when numerators.amount is null or denominators.amount is null
        then 'O'
        when denominators.amount = 0
        then 'M'
        when denominators.estimated
        then 'E'
        else 'A'
    end as obs_status,
    case
        when numerators.amount is null
        then numerators.reason_code
        when denominators.amount is null
        then coalesce(denominators.reason_code, 'whole_not_given')
        when denominators.amount = 0
        then 'whole_zero'
    end as reason_code,
    case
        when numerators.amount is null
        then numerators.reason_detail
        when denominators.amount is null
        then denominators.reason_detail
    end as reason_detail,
    {{ list_of(['numerators.feed_id', 'denominators.feed_id']) }} as sources,
    numerators.feed_id as numerator_source,
    denominators.base as population_base,
    denominators.source as denominator_source
from numerators
left join denominators using (city_id, indicator_id, area_id, freq, start, sex, age, other_dim, other_code)
