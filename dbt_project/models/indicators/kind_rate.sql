-- Grain: city x indicator x area x frequency x period x sex x age x other dimension.
-- rate: numerator over denominator times the multiplier. The denominator is residents, or another measure
-- of the same cell. Only counted events have an interval, that of Poisson.
with
    -- Residents are those of the year. Dimensions of people (ethnicity, disability) are divided by the
    -- people of the group; dimensions of events (kind of place) by everyone.
    numerators as (
        select
            parts.*,
            indicators.multiplier,
            indicators.unit,
            -- Official totals may be sampled or modelled, and then chance is not what makes them uncertain.
            coalesce(counted.shape not in ('official_counts', 'population'), false) as is_counted,
            case when bases.shape = 'population' then 'A' else parts.freq end as base_freq,
            case
                when bases.shape = 'population' then {{ period_start("'A'", 'parts.start') }} else parts.start
            end as base_start,
            case when dimensions.of = 'events' then '' else parts.other_dim end as base_dim,
            case when dimensions.of = 'events' then '' else parts.other_code end as base_code,
            -- People whose sex, age or group is unknown can be counted, but no residents correspond to them.
            parts.sex = '_U'
            or parts.age = '_U'
            or (parts.other_code = '_U' and coalesce(dimensions.of, 'people') = 'people') as is_unknown_group
        from {{ ref('indicator_parts') }} as parts
        inner join
            {{ ref('indicator_catalogue') }} as indicators on parts.indicator_id = indicators.indicator_id
        inner join {{ ref('measures') }} as bases on indicators.denominator = bases.measure_id
        left join {{ ref('measures') }} as counted on parts.measure_id = counted.measure_id
        left join {{ ref('dimensions') }} as dimensions on parts.other_dim = dimensions.dimension
        where parts.kind = 'rate' and parts.part = 'numerator'
    ),

    denominators as (select * from {{ ref('indicator_parts') }} where kind = 'rate' and part = 'denominator')

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
    denominators.amount as denominator,
    case
        when numerators.is_counted and numerators.amount is not null
        then
            numerators.multiplier
            * {{ poisson_low('numerators.amount', 'limits.low') }}
            / nullif(denominators.amount, 0)
    end as ci_low,
    case
        when numerators.is_counted and numerators.amount is not null
        then
            numerators.multiplier
            * {{ poisson_high('numerators.amount', 'limits.high') }}
            / nullif(denominators.amount, 0)
    end as ci_high,
    cast(numerators.amount_seen as bigint) as n,
    case
        when numerators.is_unknown_group
        then 'M'
        when numerators.amount is null or denominators.amount is null
        then 'O'
        when denominators.amount = 0
        then 'M'
        when denominators.estimated
        then 'E'
        else 'A'
    end as obs_status,
    case
        when numerators.is_unknown_group
        then 'unknown_group'
        when numerators.amount is null
        then numerators.reason_code
        when denominators.amount is null and denominators.reason_code = 'months_covered'
        then 'denominator_months_covered'
        when denominators.amount is null and denominators.reason_code = 'ages_not_nested'
        then 'denominator_ages_not_nested'
        when denominators.amount is null and denominators.reason_code = 'no_value_given'
        then 'denominator_no_value_given'
        when denominators.amount is null and denominators.reason_code = 'at_least'
        then 'denominator_at_least'
        when denominators.amount is null and denominators.reason_code = 'not_complete'
        then 'denominator_not_complete'
        when denominators.amount is null
        then 'no_denominator'
        when denominators.amount = 0
        then 'denominator_zero'
    end as reason_code,
    case
        when numerators.is_unknown_group
        then null
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
left join
    denominators
    on numerators.city_id = denominators.city_id
    and numerators.indicator_id = denominators.indicator_id
    and numerators.area_id = denominators.area_id
    and numerators.base_freq = denominators.freq
    and numerators.base_start = denominators.start
    and numerators.sex = denominators.sex
    and numerators.age = denominators.age
    and numerators.base_dim = denominators.other_dim
    and numerators.base_code = denominators.other_code
left join {{ ref('poisson_limits') }} as limits on numerators.amount = limits.n
