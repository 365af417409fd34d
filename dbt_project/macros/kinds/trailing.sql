{# trailing: what happened in the indicator's last years together; missing where one of them is. #}
{% macro kind_trailing(category_no) %}
    select
        now.city_id,
        now.indicator_id,
        now.area_id,
        now.freq,
        now.start,
        '_T' as sex,
        '_T' as age,
        '' as other_dim,
        '' as other_code,
        case
            when count(earlier.amount) = indicators.years then {{ steady_sum('earlier.amount') }}
        end as value,
        indicators.unit,
        {{ steady_sum('earlier.amount_seen') }} as numerator,
        cast(null as double) as denominator,
        cast(null as double) as ci_low,
        cast(null as double) as ci_high,
        cast({{ steady_sum('earlier.amount_seen') }} as bigint) as n,
        case when count(earlier.amount) = indicators.years then 'A' else 'O' end as obs_status,
        case
            when count(earlier.amount) < indicators.years
            then
                cast(count(earlier.amount) as varchar)
                || ' of '
                || cast(indicators.years as varchar)
                || ' years known'
        end as reason,
        {{ list_of(['now.feed_id']) }} as sources,
        cast(null as varchar) as denominator_source
    from {{ parts_of('trailing', category_no, 'numerator') }} as now
    inner join {{ ref('indicator_catalogue') }} as indicators on now.indicator_id = indicators.indicator_id
    inner join
        {{ parts_of('trailing', category_no, 'numerator') }} as earlier
        on now.city_id = earlier.city_id
        and now.indicator_id = earlier.indicator_id
        and now.area_id = earlier.area_id
        and earlier.freq = 'A'
        and earlier.sex = '_T'
        and earlier.age = '_T'
        and earlier.other_dim = ''
        and earlier.start <= now.start
        and cast(earlier.start + to_months(12 * indicators.years) as date) > now.start
    where now.freq = 'A' and now.sex = '_T' and now.age = '_T' and now.other_dim = ''
    group by
        now.city_id,
        now.indicator_id,
        now.area_id,
        now.freq,
        now.start,
        indicators.years,
        indicators.unit,
        now.feed_id
{% endmacro %}
