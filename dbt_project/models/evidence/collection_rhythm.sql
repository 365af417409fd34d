-- Grain: city x feed x indicator of the guide: how many months lie between the periods a feed gives, and
-- how many may.
with
    reported_years as (
        select distinct
            values_.city_id, values_.feed_id, values_.title, lines.line as indicator_id, values_.year
        from {{ ref('source_values') }} as values_
        inner join {{ ref('indicator_lines') }} as lines on values_.indicator_id = lines.indicator_id
    ),

    intervals as (
        select
            *,
            12 * (year - lag(year) over (partition by city_id, feed_id, indicator_id order by year)) as months
        from reported_years
    )

select
    intervals.city_id,
    intervals.feed_id,
    intervals.indicator_id,
    count(*) as periods_n,
    min(intervals.year) as first_year,
    max(intervals.year) as last_year,
    median(intervals.months) as months_found,
    any_value(requirements.months_between) as months_needed,
    coalesce(
        stddev_samp(intervals.months order by intervals.months) / nullif(avg(intervals.months), 0), 0
    ) as irregularity,
    12 * any_value(cities.last_year - cities.first_year + 1)
    >= 2 * any_value(requirements.months_between) as several_needed
from intervals
inner join {{ ref('requirements') }} as requirements on intervals.indicator_id = requirements.indicator_id
inner join {{ source('run_records', 'cities') }} as cities on intervals.city_id = cities.city_id
group by intervals.city_id, intervals.feed_id, intervals.indicator_id
