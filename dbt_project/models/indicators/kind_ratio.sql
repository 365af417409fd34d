-- Grain: city x indicator x area x frequency x period x sex x age x other dimension.
-- ratio: one quantity over another: means, money a head, areas, capacity. It may be above one and has no
-- interval.
with
    numerators as (
        select parts.*, indicators.multiplier, indicators.unit
        from {{ ref('indicator_parts') }} as parts
        inner join
            {{ ref('indicator_catalogue') }} as indicators on parts.indicator_id = indicators.indicator_id
        where parts.kind = 'ratio' and parts.part = 'numerator'
    ),

    denominators as (select * from {{ ref('indicator_parts') }} where kind = 'ratio' and part = 'denominator')

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
    numerators.unit,
    numerators.amount_seen as numerator,
    denominators.amount as denominator,
    cast(null as double) as ci_low,
    cast(null as double) as ci_high,
    cast(null as bigint) as n,
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
        then coalesce(denominators.reason_code, 'divisor_not_given')
        when denominators.amount = 0
        then 'denominator_zero'
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
