-- Grain: city x feed x indicator of the guide: how many months lie between the periods a feed gives, and
-- how many may.
with
    years as (
        select distinct
            values_.city_id, values_.feed_id, values_.title, lines.line as indicator_id, values_.year
        from {{ ref('source_values') }} as values_
        inner join {{ ref('indicator_lines') }} as lines on values_.indicator_id = lines.indicator_id
    ),

    steps as (
        select
            *,
            12 * (year - lag(year) over (partition by city_id, feed_id, indicator_id order by year)) as months
        from years
    )

select
    steps.city_id,
    steps.feed_id,
    steps.indicator_id,
    count(*) as periods_n,
    min(steps.year) as first_year,
    max(steps.year) as last_year,
    median(steps.months) as months_found,
    any_value(requirements.months_between) as months_needed,
    coalesce(
        stddev_samp(steps.months order by steps.months) / nullif(avg(steps.months), 0), 0
    ) as irregularity,
    12 * any_value(cities.last_year - cities.first_year + 1)
    >= 2 * any_value(requirements.months_between) as several_needed
from steps
inner join {{ ref('requirements') }} as requirements on steps.indicator_id = requirements.indicator_id
inner join {{ source('run_records', 'cities') }} as cities on steps.city_id = cities.city_id
group by steps.city_id, steps.feed_id, steps.indicator_id
