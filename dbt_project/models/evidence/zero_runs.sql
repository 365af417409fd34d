-- Grain: city x feed x area x run of months without a single event, in feeds of events declared complete:
-- how probable such a run is under the area's own rate, its spread included (negative binomial).
-- `improbable` allows for the number of areas and months looked at, and for there being many feeds and
-- cities.
with
    monthly_events as (
        select cells.city_id, cells.feed_id, cells.area_id, cells.start as month, sum(cells.amount) as events
        from {{ ref('cells') }} as cells
        inner join
            {{ source('run_records', 'feeds') }} as feeds
            on cells.city_id = feeds.city_id
            and cells.feed_id = feeds.feed_id
        where feeds.kind = 'events' and cells.freq = 'M' and feeds.dated_to <> 'year'
        group by all
    ),

    area_events as (
        select
            monthly_events.city_id,
            monthly_events.feed_id,
            ancestors.ancestor_id as area_id,
            monthly_events.month,
            sum(monthly_events.events) as events
        from monthly_events
        inner join
            {{ ref('area_ancestors') }} as ancestors
            on monthly_events.city_id = ancestors.city_id
            and monthly_events.area_id = ancestors.area_id
        inner join
            {{ ref('feed_scope') }} as scope
            on monthly_events.city_id = scope.city_id
            and monthly_events.feed_id = scope.feed_id
            and ancestors.ancestor_id = scope.area_id
            and scope.promised
            and scope.level in ('city', 'district')
        group by all
    ),

    declared_months as (
        select submissions.city_id, submissions.feed_id, submissions.period_start as month
        from {{ ref('submissions') }} as submissions
        where submissions.freq = 'M' and submissions.state in ('confirmed', 'confirmed_zero')
    ),

    area_months as (
        select
            areas.city_id,
            areas.feed_id,
            areas.area_id,
            declared_months.month,
            coalesce(area_events.events, 0) as events
        from (select distinct city_id, feed_id, area_id from area_events) as areas
        inner join
            declared_months
            on areas.city_id = declared_months.city_id
            and areas.feed_id = declared_months.feed_id
        left join
            area_events
            on areas.city_id = area_events.city_id
            and areas.feed_id = area_events.feed_id
            and areas.area_id = area_events.area_id
            and declared_months.month = area_events.month
    ),

    area_rates as (
        select
            city_id,
            feed_id,
            area_id,
            avg(events) filter (where events > 0) as rate,
            var_samp(events order by events) filter (where events > 0) as spread,
            avg(events) as mean,
            count(*) as months,
            count(*) over (partition by city_id, feed_id) as areas
        from area_months
        group by city_id, feed_id, area_id
    ),

    numbered_months as (
        select
            *,
            date_diff('month', date '1900-01-01', month)
            - row_number() over (partition by city_id, feed_id, area_id, events = 0 order by month) as island
        from area_months
    ),

    empty_runs as (
        select
            city_id,
            feed_id,
            area_id,
            min(month) as first_month,
            max(month) as last_month,
            count(*) as months_n
        from numbered_months
        where events = 0
        group by city_id, feed_id, area_id, island
    ),

    -- Where most months are empty the mean of all months is the rate; elsewhere that of the months with
    -- something in them.
    runs_with_rates as (
        select
            empty_runs.*,
            case when area_rates.mean < 1 then area_rates.mean else area_rates.rate end as rate,
            area_rates.areas,
            area_rates.months,
            greatest(
                (coalesce(area_rates.spread, 0) - area_rates.rate) / pow(area_rates.rate, 2), 0.01
            ) as clumping
        from empty_runs
        inner join area_rates using (city_id, feed_id, area_id)
    ),

    run_probabilities as (
        select
            runs_with_rates.*,
            areas.name,
            areas.level,
            exp(- months_n * ln(1 + clumping * rate) / clumping) as probability
        from runs_with_rates
        inner join
            {{ ref('city_areas') }} as areas
            on runs_with_rates.city_id = areas.city_id
            and runs_with_rates.area_id = areas.area_id
    )

select
    run_probabilities.city_id,
    run_probabilities.feed_id,
    run_probabilities.area_id,
    run_probabilities.name,
    {{ period_text("'M'", 'run_probabilities.first_month') }} as first_month,
    {{ period_text("'M'", 'run_probabilities.last_month') }} as last_month,
    run_probabilities.months_n,
    round(run_probabilities.rate * run_probabilities.months_n, 1) as expected,
    run_probabilities.probability,
    run_probabilities.probability * run_probabilities.areas * run_probabilities.months < 0.0001 as improbable,
    -- Where the whole city has no events, its districts add nothing.
    run_probabilities.level <> 'city'
    and exists (
        select 1
        from run_probabilities as city
        where
            city.city_id = run_probabilities.city_id
            and city.feed_id = run_probabilities.feed_id
            and city.level = 'city'
            and city.probability * city.areas * city.months < 0.0001
            and city.first_month <= run_probabilities.first_month
            and city.last_month >= run_probabilities.last_month
    ) as within_larger
from run_probabilities
