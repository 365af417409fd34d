{# rate: numerator over denominator times the multiplier. The denominator is residents, or another measure of the same cell. #}
{% macro kind_rate(category_no) %}
select
    top.city_id, top.indicator_id, top.area_id, top.freq, top.start, top.sex, top.age,
    cast(null as varchar) as other_dim, cast(null as varchar) as other_code,
    indicators.multiplier * top.amount / nullif(base.amount, 0) as value,
    {{ unit_in_period('indicators.unit', 'top.freq') }} as unit,
    cast(top.amount_seen as double) as numerator, cast(base.amount as double) as denominator,
    case when top.amount is not null then indicators.multiplier * {{ poisson_low('top.amount', 'limits.low') }} / nullif(base.amount, 0) end as ci_low,
    case when top.amount is not null then indicators.multiplier * {{ poisson_high('top.amount', 'limits.high') }} / nullif(base.amount, 0) end as ci_high,
    cast(top.amount_seen as bigint) as n,
    case
        when top.sex = '_U' or top.age = '_U' then 'M'
        when top.amount is null or base.amount is null then 'O'
        when base.amount = 0 then 'M'
        when base.estimated then 'E'
        else 'A'
    end as obs_status,
    case
        when top.sex = '_U' or top.age = '_U' then 'nobody knows how many residents are of unknown sex or age'
        when top.amount is null then {{ months_reason('top.months_covered', 'top.months_expected') }}
        when base.amount is null then 'no denominator for this area and year'
        when base.amount = 0 then 'the denominator is zero'
    end as reason,
    {{ list_of(['top.feed_id', 'base.feed_id']) }} as sources, base.source as denominator_source
from {{ ref('indicator_parts') }} as top
inner join {{ ref('indicators') }} as indicators on top.indicator_id = indicators.indicator_id
left join (
    select city_id, 'residents' as measure, cast(null as varchar) as indicator_id, area_id, make_date(cast(year as integer), 1, 1) as start,
        cast(null as varchar) as freq, sex, age, feed_id, persons as amount, source, from_year <> year as estimated
    from {{ ref('denominators') }}
    union all
    select city_id, measure_id, indicator_id, area_id, start, freq, sex, age, feed_id, amount, feed_id, false
    from {{ ref('indicator_parts') }} where part = 'denominator' and measure_id <> 'residents'
) as base
    on top.city_id = base.city_id and top.area_id = base.area_id and top.sex = base.sex and top.age = base.age
    and (
        (indicators.denominator = 'residents' and base.measure = 'residents' and {{ period_start("'A'", 'top.start') }} = base.start)
        or (indicators.denominator <> 'residents' and base.indicator_id = top.indicator_id and base.freq = top.freq and base.start = top.start)
    )
left join {{ ref('poisson_limits') }} as limits on top.amount = limits.n
where indicators.kind = 'rate' and indicators.category_no = {{ category_no }} and top.part = 'numerator'
{% endmacro %}
