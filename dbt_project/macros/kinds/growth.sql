{# growth: change over the indicator's number of years, in percent of the earlier value. #}
{% macro kind_growth(category_no) %}
    select
        now.city_id,
        now.indicator_id,
        now.area_id,
        now.freq,
        now.start,
        now.sex,
        now.age,
        now.other_dim,
        now.other_code,
        indicators.multiplier * (now.amount / nullif(earlier.amount, 0) - 1) as value,
        indicators.unit,
        now.amount as numerator,
        earlier.amount as denominator,
        cast(null as double) as ci_low,
        cast(null as double) as ci_high,
        cast(now.amount as bigint) as n,
        case
            when earlier.amount = 0
            then 'M'
            when now.amount is null or earlier.amount is null
            then 'O'
            else 'A'
        end as obs_status,
        case
            when earlier.amount = 0
            then 'the earlier value is zero'
            when now.amount is null or earlier.amount is null
            then 'no value ' || cast(indicators.years as varchar) || ' years earlier'
        end as reason,
        {{ list_of(['now.feed_id', 'earlier.feed_id']) }} as sources,
        earlier.feed_id as denominator_source
    from {{ parts_of('growth', category_no, 'numerator') }} as now
    inner join {{ ref('indicator_catalogue') }} as indicators on now.indicator_id = indicators.indicator_id
    left join
        {{ parts_of('growth', category_no, 'numerator') }} as earlier
        on now.city_id = earlier.city_id
        and now.indicator_id = earlier.indicator_id
        and now.area_id = earlier.area_id
        and now.freq = earlier.freq
        and now.sex = earlier.sex
        and now.age = earlier.age
        and now.other_dim = earlier.other_dim
        and cast(earlier.start + to_months(12 * indicators.years) as date) = now.start
    where now.freq = 'A' and now.sex = '_T' and now.age = '_T' and now.other_dim = ''
{% endmacro %}
