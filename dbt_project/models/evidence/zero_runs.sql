-- Grain: city x feed x area x run of months without a single event, in feeds of events declared complete:
-- how probable such a run is under the
-- area's own rate, its spread included (negative binomial). `improbable` allows for the number of areas and
-- months looked at, and for there being many feeds and cities.
with
    counted as (
        select cells.city_id, cells.feed_id, cells.area_id, cells.start as month, sum(cells.amount) as events
        from {{ ref('cells') }} as cells
        inner join
            {{ source('run_records', 'feeds') }} as feeds
            on cells.city_id = feeds.city_id
            and cells.feed_id = feeds.feed_id
        where feeds.kind = 'events' and cells.freq = 'M' and feeds.dated_to <> 'year'
        group by all
    ),

    rolled as (
        select
            counted.city_id,
            counted.feed_id,
            ancestors.ancestor_id as area_id,
            counted.month,
            sum(counted.events) as events
        from counted
        inner join
            {{ ref('area_ancestors') }} as ancestors
            on counted.city_id = ancestors.city_id
            and counted.area_id = ancestors.area_id
        inner join
            {{ ref('feed_scope') }} as scope
            on counted.city_id = scope.city_id
            and counted.feed_id = scope.feed_id
            and ancestors.ancestor_id = scope.area_id
            and scope.promised
            and scope.level in ('city', 'district')
        group by all
    ),

    months as (
        select submissions.city_id, submissions.feed_id, submissions.period_start as month
        from {{ ref('submissions') }} as submissions
        where submissions.freq = 'M' and submissions.state in ('confirmed', 'confirmed_zero')
    ),

    grid as (
        select areas.city_id, areas.feed_id, areas.area_id, months.month, coalesce(rolled.events, 0) as events
        from (select distinct city_id, feed_id, area_id from rolled) as areas
        inner join months on areas.city_id = months.city_id and areas.feed_id = months.feed_id
        left join
            rolled
            on areas.city_id = rolled.city_id
            and areas.feed_id = rolled.feed_id
            and areas.area_id = rolled.area_id
            and months.month = rolled.month
    ),

    rates as (
        select
            city_id,
            feed_id,
            area_id,
            avg(events) filter (where events > 0) as rate,
            var_samp(events order by events) filter (where events > 0) as spread,
            avg(events) as mean,
            count(*) as months,
            count(*) over (partition by city_id, feed_id) as areas
        from grid
        group by city_id, feed_id, area_id
    ),

    islands as (
        select
            *,
            date_diff('month', date '1900-01-01', month)
            - row_number() over (partition by city_id, feed_id, area_id, events = 0 order by month) as island
        from grid
    ),

    runs as (
        select
            city_id,
            feed_id,
            area_id,
            min(month) as first_month,
            max(month) as last_month,
            count(*) as months_n
        from islands
        where events = 0
        group by city_id, feed_id, area_id, island
    ),

    -- Where most months are empty the mean of all months is the rate; elsewhere that of the months with
    -- something in them.
    judged as (
        select
            runs.*,
            case when rates.mean < 1 then rates.mean else rates.rate end as rate,
            rates.areas,
            rates.months,
            greatest((coalesce(rates.spread, 0) - rates.rate) / pow(rates.rate, 2), 0.01) as clumping
        from runs
        inner join rates using (city_id, feed_id, area_id)
    ),

    told as (
        select
            judged.*,
            areas.name,
            areas.level,
            exp(- months_n * ln(1 + clumping * rate) / clumping) as probability
        from judged
        inner join
            {{ ref('stg_areas') }} as areas
            on judged.city_id = areas.city_id
            and judged.area_id = areas.area_id
    )

select
    told.city_id,
    told.feed_id,
    told.area_id,
    told.name,
    {{ period_text("'M'", 'told.first_month') }} as first_month,
    {{ period_text("'M'", 'told.last_month') }} as last_month,
    told.months_n,
    round(told.rate * told.months_n, 1) as expected,
    told.probability,
    told.probability * told.areas * told.months < 0.0001 as improbable,
    -- Where the whole city is silent its districts say nothing more.
    told.level <> 'city'
    and exists (
        select 1
        from told as city
        where
            city.city_id = told.city_id
            and city.feed_id = told.feed_id
            and city.level = 'city'
            and city.probability * city.areas * city.months < 0.0001
            and city.first_month <= told.first_month
            and city.last_month >= told.last_month
    ) as within_larger
from told
