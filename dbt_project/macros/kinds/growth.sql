{# growth: change over ten years, in percent of the earlier value. #}
{% macro kind_growth(category_no) %}
select
    now.city_id, now.indicator_id, now.area_id, now.freq, now.start, now.sex, now.age,
    cast(null as varchar) as other_dim, cast(null as varchar) as other_code,
    indicators.multiplier * (cast(now.amount as double) / nullif(earlier.amount, 0) - 1) as value, indicators.unit,
    cast(now.amount as double) as numerator, cast(earlier.amount as double) as denominator,
    cast(null as double) as ci_low, cast(null as double) as ci_high, cast(now.amount as bigint) as n,
    case when earlier.amount = 0 then 'M' when now.amount is null or earlier.amount is null then 'O' else 'A' end as obs_status,
    case when earlier.amount = 0 then 'the earlier value is zero'
         when now.amount is null or earlier.amount is null then 'no value ten years earlier' end as reason,
    {{ list_of(['now.feed_id', 'earlier.feed_id']) }} as sources, earlier.feed_id as denominator_source
from {{ ref('indicator_parts') }} as now
inner join {{ ref('indicators') }} as indicators on now.indicator_id = indicators.indicator_id
left join {{ ref('indicator_parts') }} as earlier
    on now.city_id = earlier.city_id and now.indicator_id = earlier.indicator_id and now.area_id = earlier.area_id
    and now.freq = earlier.freq and now.sex = earlier.sex and now.age = earlier.age and earlier.part = 'numerator'
    and {{ add_months('earlier.start', 120) }} = now.start
where indicators.kind = 'growth' and indicators.category_no = {{ category_no }}
  and now.part = 'numerator' and now.freq = 'A' and now.sex = '_T' and now.age = '_T'
{% endmacro %}
