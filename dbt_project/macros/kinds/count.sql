{# count: the measure itself. #}
{% macro kind_count(category_no) %}
select
    parts.city_id, parts.indicator_id, parts.area_id, parts.freq, parts.start, parts.sex, parts.age,
    cast(null as varchar) as other_dim, cast(null as varchar) as other_code,
    cast(parts.amount as double) as value, {{ unit_in_period('indicators.unit', 'parts.freq') }} as unit,
    cast(parts.amount_seen as double) as numerator, cast(null as double) as denominator,
    cast(null as double) as ci_low, cast(null as double) as ci_high, cast(parts.amount_seen as bigint) as n,
    case when parts.amount is null then 'O' else 'A' end as obs_status,
    case when parts.amount is null then {{ months_reason('parts.months_covered', 'parts.months_expected') }} end as reason,
    {{ list_of(['parts.feed_id']) }} as sources, cast(null as varchar) as denominator_source
from {{ ref('indicator_parts') }} as parts
inner join {{ ref('indicators') }} as indicators on parts.indicator_id = indicators.indicator_id
where indicators.kind = 'count' and indicators.category_no = {{ category_no }} and parts.part = 'numerator'
{% endmacro %}
