-- Grain: city x feed x period its calendar expects: whether an accepted delivery covers it, and whether
-- zero was reported or nothing. Events that come without a calendar are expected for the whole of every
-- year they touch.
with
    covered_years as (
        select
            coverage.city_id,
            coverage.feed_id,
            year(min(coverage.period_start)) as first_year,
            year(max(coverage.period_end)) as last_year
        from {{ source('run_records', 'coverage') }} as coverage
        inner join
            {{ source('run_records', 'feeds') }} as feeds
            on coverage.city_id = feeds.city_id
            and coverage.feed_id = feeds.feed_id
        where feeds.kind <> 'levels' and feeds.dated_to <> 'year'
        group by all
    ),

    feed_calendars as (
        select
            feeds.city_id,
            feeds.feed_id,
            feeds.kind,
            feeds.allowed_lag_days,
            cities.as_of,
            case feeds.cadence when 'annual' then 'A' when 'quarterly' then 'Q' else 'M' end as freq,
            case feeds.cadence when 'annual' then 12 when 'quarterly' then 3 else 1 end as months,
            make_date(
                greatest(
                    cities.first_year,
                    case when feeds.cadence = 'irregular' then covered_years.first_year else 0 end
                ),
                1,
                1
            ) as opens,
            make_date(
                least(
                    cities.last_year,
                    case when feeds.cadence = 'irregular' then covered_years.last_year else 9999 end,
                    -- Nothing is expected of a series after the year in which its contract closes it.
                    coalesce(year(feeds.reported_to), 9999)
                ),
                12,
                31
            ) as closes,
            feeds.reported_from
        from {{ source('run_records', 'feeds') }} as feeds
        inner join {{ source('run_records', 'cities') }} as cities on feeds.city_id = cities.city_id
        left join
            covered_years on feeds.city_id = covered_years.city_id and feeds.feed_id = covered_years.feed_id
        where
            (feeds.cadence <> 'irregular' or covered_years.first_year is not null) and feeds.shape <> 'areas'
    ),

    calendar_periods as (
        select
            feed_calendars.*,
            cast(
                feed_calendars.opens
                + to_months(cast(counted.range * feed_calendars.months as integer)) as date
            ) as period_start
        from feed_calendars
        inner join range(1200) as counted on counted.range >= 0
    ),

    due_periods as (
        select
            city_id,
            feed_id,
            kind,
            freq,
            months,
            period_start,
            {{ period_end('freq', 'period_start') }} as period_end,
            cast(
                {{ period_end('freq', 'period_start') }} + to_days(cast(allowed_lag_days as integer)) as date
            ) as due_on
        from calendar_periods
        where
            {{ period_end('freq', 'period_start') }} <= closes
            and cast(
                {{ period_end('freq', 'period_start') }} + to_days(cast(allowed_lag_days as integer)) as date
            )
            <= as_of
            and period_start >= coalesce({{ period_start('freq', 'reported_from') }}, opens)
    ),

    -- Rows of the deliveries in use, and when the first delivery that covers the period came.
    reported_periods as (
        select
            city_id,
            feed_id,
            {{ start_of_text('period') }} as start,
            {{ freq_of_text('period') }} as reported_freq,
            sum(rows) filter (where in_use) as rows,
            min(cast(left(retrieved_at, 10) as date)) as received_on
        from {{ source('run_records', 'volumes') }}
        group by all
    ),

    period_records as (
        select
            due_periods.city_id,
            due_periods.feed_id,
            due_periods.freq,
            due_periods.period_start,
            sum(reported_periods.rows) as n_records,
            min(reported_periods.received_on) as received_on
        from due_periods
        inner join
            reported_periods
            on due_periods.city_id = reported_periods.city_id
            and due_periods.feed_id = reported_periods.feed_id
            and reported_periods.start <= due_periods.period_end
            and {{ period_end('reported_periods.reported_freq', 'reported_periods.start') }}
            >= due_periods.period_start
        group by all
    ),

    period_coverage as (
        select
            due_periods.city_id,
            due_periods.feed_id,
            due_periods.period_start,
            bool_or(
                coverage.period_start <= due_periods.period_start
                and coverage.period_end >= due_periods.period_end
            ) as whole,
            bool_or(
                coverage.complete
                and coverage.period_start <= due_periods.period_start
                and coverage.period_end >= due_periods.period_end
            ) as declared
        from due_periods
        inner join
            {{ source('run_records', 'coverage') }} as coverage
            on due_periods.city_id = coverage.city_id
            and due_periods.feed_id = coverage.feed_id
            and coverage.period_start <= due_periods.period_end
            and coverage.period_end >= due_periods.period_start
        group by all
    ),

    -- Whether the contract lets the feed cover anything; where it does, rows beyond are a running period.
    feeds_with_coverage as (
        select feeds.city_id, feeds.feed_id, count(coverage.feed_id) > 0 as some
        from {{ source('run_records', 'feeds') }} as feeds
        left join
            {{ source('run_records', 'coverage') }} as coverage
            on feeds.city_id = coverage.city_id
            and feeds.feed_id = coverage.feed_id
        group by all
    ),

    refused_periods as (
        select distinct city_id, feed_id, {{ start_of_text('period') }} as start
        from {{ source('run_records', 'deliveries') }}
        where not accepted and not superseded and period is not null
    ),

    period_states as (
        select
            due_periods.*,
            coalesce(period_records.n_records, 0) as n_records,
            period_records.received_on,
            coalesce(period_coverage.declared, false) as declared_complete,
            case
                when due_periods.kind = 'levels' and period_records.n_records > 0
                then 'confirmed'
                when due_periods.kind = 'levels'
                then case when refused_periods.start is not null then 'refused' else 'silence' end
                when period_coverage.declared and period_records.n_records > 0
                then 'confirmed'
                when period_coverage.declared
                then 'confirmed_zero'
                when period_coverage.whole or (not feeds_with_coverage.some and period_records.n_records > 0)
                then 'undeclared'
                when refused_periods.start is not null
                then 'refused'
                when period_coverage.whole is not null or period_records.n_records > 0
                then 'partial'
                else 'silence'
            end as state
        from due_periods
        left join period_records using (city_id, feed_id, period_start)
        left join period_coverage using (city_id, feed_id, period_start)
        inner join
            feeds_with_coverage
            on due_periods.city_id = feeds_with_coverage.city_id
            and due_periods.feed_id = feeds_with_coverage.feed_id
        left join
            refused_periods
            on due_periods.city_id = refused_periods.city_id
            and due_periods.feed_id = refused_periods.feed_id
            and due_periods.period_start = refused_periods.start
    ),

    period_runs as (
        select
            *,
            state in ('confirmed', 'confirmed_zero', 'undeclared') as accepted,
            row_number() over (partition by city_id, feed_id order by period_start) - row_number() over (
                partition by city_id, feed_id, state in ('confirmed', 'confirmed_zero', 'undeclared')
                order by period_start
            ) as island
        from period_states
    )

select
    city_id,
    feed_id,
    freq,
    {{ period_text('freq', 'period_start') }} as period,
    period_start,
    period_end,
    due_on,
    received_on,
    declared_complete,
    cast(n_records as bigint) as n_records,
    accepted,
    state,
    case
        when accepted then 0 else count(*) over (partition by city_id, feed_id, accepted, island)
    end as missing_run,
    -- The newest year of which some due months came and others did not, and whether the year is still
    -- running.
    max(case when freq in ('M', 'Q') and not accepted and some_came then year(period_start) end) over (
        partition by city_id, feed_id
    ) as last_partial,
    due_to < make_date(cast(year(period_start) as integer), 12, 31) as year_is_open,
    months
from
    (
        select
            *,
            bool_or(accepted) over (partition by city_id, feed_id, year(period_start)) as some_came,
            max(period_end) over (partition by city_id, feed_id, year(period_start)) as due_to
        from period_runs
    )
