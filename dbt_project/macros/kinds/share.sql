{# share: a part of a whole, in percent. Nothing of nothing is no share. #}
{% macro kind_share(category_no) %}
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
        {{ unit_in_period('indicators.unit', 'top.freq') }} as unit,
        top.amount_seen as numerator,
        base.amount_seen as denominator,
        case
            when top.amount <= base.amount and base.amount > 0
            then greatest(0, indicators.multiplier * {{ wilson('top.amount', 'base.amount', -1) }})
        end as ci_low,
        case
            when top.amount <= base.amount and base.amount > 0
            then indicators.multiplier * {{ wilson('top.amount', 'base.amount', 1) }}
        end as ci_high,
        cast(base.amount_seen as bigint) as n,
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
            then coalesce(base.reason, 'the source does not say what it is a part of')
            when base.amount = 0
            then 'there was nothing to take a share of'
        end as reason,
        {{ list_of(['top.feed_id', 'base.feed_id']) }} as sources,
        base.source as denominator_source
    from {{ parts_of('share', category_no, 'numerator') }} as top
    left join
        {{ parts_of('share', category_no, 'denominator') }} as base using (
            city_id, indicator_id, area_id, freq, start, sex, age, other_dim, other_code
        )
    inner join {{ ref('indicator_catalogue') }} as indicators on top.indicator_id = indicators.indicator_id
{% endmacro %}
