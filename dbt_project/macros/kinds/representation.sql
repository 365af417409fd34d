{# representation: a group's share of the positions over its share of the residents; 1 is even. #}
{% macro kind_representation(category_no) %}
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
        indicators.multiplier
        * (top.amount / nullif(every.amount, 0))
        / nullif(base.amount / nullif(people.amount, 0), 0) as value,
        indicators.unit,
        top.amount as numerator,
        every.amount as denominator,
        cast(null as double) as ci_low,
        cast(null as double) as ci_high,
        cast(every.amount as bigint) as n,
        case
            when
                coalesce(every.amount, 0) = 0
                or base.amount = 0
                or top.sex = '_U'
                or top.age = '_U'
                or top.other_code = '_U'
            then 'M'
            when top.amount is null or base.amount is null or people.amount is null
            then 'O'
            else 'A'
        end as obs_status,
        case
            when coalesce(every.amount, 0) = 0
            then 'there are no positions'
            when base.amount = 0 or top.sex = '_U' or top.age = '_U' or top.other_code = '_U'
            then 'nobody of this group lives here, or nobody knows'
            when top.amount is null
            then top.reason
            when base.amount is null or people.amount is null
            then 'the residents of this group are not known'
        end as reason,
        {{ list_of(['top.feed_id', 'base.feed_id']) }} as sources,
        base.source as denominator_source
    from {{ parts_of('representation', category_no, 'numerator') }} as top
    inner join {{ ref('indicator_catalogue') }} as indicators on top.indicator_id = indicators.indicator_id
    inner join
        {{ parts_of('representation', category_no, 'numerator') }} as every
        on top.city_id = every.city_id
        and top.indicator_id = every.indicator_id
        and top.area_id = every.area_id
        and top.freq = every.freq
        and top.start = every.start
        and every.sex = '_T'
        and every.age = '_T'
        and every.other_dim = ''
    left join
        {{ parts_of('representation', category_no, 'denominator') }} as base
        on top.city_id = base.city_id
        and top.indicator_id = base.indicator_id
        and top.area_id = base.area_id
        and {{ period_start("'A'", 'top.start') }} = base.start
        and top.sex = base.sex
        and top.age = base.age
        and top.other_dim = base.other_dim
        and top.other_code = base.other_code
    left join
        {{ parts_of('representation', category_no, 'denominator') }} as people
        on top.city_id = people.city_id
        and top.indicator_id = people.indicator_id
        and top.area_id = people.area_id
        and {{ period_start("'A'", 'top.start') }} = people.start
        and people.sex = '_T'
        and people.age = '_T'
        and people.other_dim = ''
    where top.sex <> '_T' or top.age <> '_T' or top.other_dim <> ''
{% endmacro %}
