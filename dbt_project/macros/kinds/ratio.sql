{# ratio: one quantity over another: means, money a head, areas, capacity. It may be above one and has no interval. #}
{% macro kind_ratio(category_no) %}
    select
        top.city_id,
        top.indicator_id,
        top.area_id,
        top.freq,
        top.start,
        top.sex,
        top.age,
        top.other_dim,
        top.other_code,
        indicators.multiplier * top.amount / nullif(base.amount, 0) as value,
        indicators.unit,
        top.amount_seen as numerator,
        base.amount as denominator,
        cast(null as double) as ci_low,
        cast(null as double) as ci_high,
        cast(null as bigint) as n,
        case
            when top.amount is null or base.amount is null
            then 'O'
            when base.amount = 0
            then 'M'
            when base.estimated
            then 'E'
            else 'A'
        end as obs_status,
        case
            when top.amount is null
            then top.reason
            when base.amount is null
            then coalesce(base.reason, 'the source does not say what to divide by')
            when base.amount = 0
            then 'the denominator is zero'
        end as reason,
        {{ list_of(['top.feed_id', 'base.feed_id']) }} as sources,
        base.source as denominator_source
    from {{ parts_of('ratio', category_no, 'numerator') }} as top
    inner join {{ ref('indicator_catalogue') }} as indicators on top.indicator_id = indicators.indicator_id
    left join
        {{ parts_of('ratio', category_no, 'denominator') }} as base
        on top.city_id = base.city_id
        and top.indicator_id = base.indicator_id
        and top.area_id = base.area_id
        and top.freq = base.freq
        and top.start = base.start
        and top.sex = base.sex
        and top.age = base.age
        and top.other_dim = base.other_dim
        and top.other_code = base.other_code
{% endmacro %}
