{# share: a part of a whole, in percent. Nothing of nothing is no share. #}
{% macro kind_share(category_no) %}
select
    top.city_id, top.indicator_id, top.area_id, top.freq, top.start, top.sex, top.age,
    cast(null as varchar) as other_dim, cast(null as varchar) as other_code,
    indicators.multiplier * top.amount / nullif(base.amount, 0) as value, {{ unit_in_period('indicators.unit', 'top.freq') }} as unit,
    cast(top.amount_seen as double) as numerator, cast(base.amount_seen as double) as denominator,
    case when top.amount is not null and base.amount > 0 then greatest(0, indicators.multiplier * {{ wilson('top.amount', 'base.amount', -1) }}) end as ci_low,
    case when top.amount is not null and base.amount > 0 then indicators.multiplier * {{ wilson('top.amount', 'base.amount', 1) }} end as ci_high,
    cast(base.amount_seen as bigint) as n,
    case when top.amount is null or base.amount is null then 'O' when base.amount = 0 then 'M' else 'A' end as obs_status,
    case
        when top.amount is null or base.amount is null then {{ months_reason('top.months_covered', 'top.months_expected') }}
        when base.amount = 0 then 'there was nothing to take a share of'
    end as reason,
    {{ list_of(['top.feed_id', 'base.feed_id']) }} as sources, base.feed_id as denominator_source
from {{ ref('indicator_parts') }} as top
inner join {{ ref('indicator_parts') }} as base
    using (city_id, indicator_id, area_id, freq, start, sex, age)
inner join {{ ref('indicators') }} as indicators on top.indicator_id = indicators.indicator_id
where indicators.kind = 'share' and indicators.category_no = {{ category_no }} and top.part = 'numerator' and base.part = 'denominator'
{% endmacro %}
