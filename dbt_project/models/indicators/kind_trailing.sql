-- Grain: city x indicator x area x frequency x period x sex x age x other dimension.
-- trailing: what happened in the indicator's last years together; missing where one of them is.
with
    yearly_totals as (
        select *
        from {{ ref('indicator_parts') }}
        where
            kind = 'trailing'
            and part = 'numerator'
            and freq = 'A'
            and sex = '_T'
            and age = '_T'
            and other_dim = ''
    ),

    -- Grain: the yearly total of the newest year, with the sum over its years.
    sums_over_years as (
        select
            newest.city_id,
            newest.indicator_id,
            newest.area_id,
            newest.freq,
            newest.start,
            {{ all_names('included.feed_id') }} as numerator_source,
            count(distinct included.feed_id) > 1 as has_changed_source,
            indicators.unit,
            indicators.years as years_needed,
            count(included.amount) as years_known,
            {{ steady_sum('included.amount') }} as amount,
            {{ steady_sum('included.amount_seen') }} as amount_seen
        from yearly_totals as newest
        inner join
            {{ ref('indicator_catalogue') }} as indicators on newest.indicator_id = indicators.indicator_id
        inner join
            yearly_totals as included
            on newest.city_id = included.city_id
            and newest.indicator_id = included.indicator_id
            and newest.area_id = included.area_id
            and included.start <= newest.start
            and cast(included.start + to_months(12 * indicators.years) as date) > newest.start
        group by
            newest.city_id,
            newest.indicator_id,
            newest.area_id,
            newest.freq,
            newest.start,
            indicators.unit,
            indicators.years
    )

select
    city_id,
    indicator_id,
    area_id,
    freq,
    start,
    '_T' as sex,
    '_T' as age,
    '' as other_dim,
    '' as other_code,
    case when years_known = years_needed then amount end as value,
    unit,
    amount_seen as numerator,
    cast(null as double) as denominator,
    cast(null as double) as ci_low,
    cast(null as double) as ci_high,
    cast(amount_seen as bigint) as n,
    case when years_known < years_needed then 'O' when has_changed_source then 'B' else 'A' end as obs_status,
    case
        when years_known < years_needed then 'years_known' when has_changed_source then 'source_changed'
    end as reason_code,
    case
        when years_known < years_needed
        then cast(years_known as varchar) || ' of ' || cast(years_needed as varchar)
        when has_changed_source
        then replace(numerator_source, ';', ', ')
    end as reason_detail,
    {{ list_of(['numerator_source']) }} as sources,
    numerator_source,
    cast(null as varchar) as population_base,
    cast(null as varchar) as denominator_source
from sums_over_years
