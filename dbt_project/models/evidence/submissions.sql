-- Grain: city x feed x period its calendar expects: whether an accepted delivery tells of it, and whether
-- nought was told or nothing.
-- Events that come without a calendar are expected for the whole of every year they touch.
with
    touched as (
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

    calendar as (
        select
            feeds.city_id,
            feeds.feed_id,
            feeds.kind,
            feeds.allowed_lag_days,
            cities.as_of,
            case feeds.cadence when 'annual' then 'A' when 'quarterly' then 'Q' else 'M' end as freq,
            make_date(
                greatest(
                    cities.first_year,
                    case when feeds.cadence = 'irregular' then touched.first_year else 0 end
                ),
                1,
                1
            ) as opens,
            make_date(
                least(
                    cities.last_year,
                    case when feeds.cadence = 'irregular' then touched.last_year else 9999 end
                ),
                12,
                31
            ) as closes,
            feeds.reported_from
        from {{ source('run_records', 'feeds') }} as feeds
        inner join {{ source('run_records', 'cities') }} as cities on feeds.city_id = cities.city_id
        left join touched on feeds.city_id = touched.city_id and feeds.feed_id = touched.feed_id
        where (feeds.cadence <> 'irregular' or touched.first_year is not null) and feeds.shape <> 'areas'
    ),

    steps as (
        select
            calendar.*,
            {{ add_months('calendar.opens', "cast(counted.range * case calendar.freq when 'A' then 12 when 'Q' then 3 else 1 end as integer)") }}
            as period_start
        from calendar
        inner join {{ counting(1200) }} as counted on counted.range >= 0
    ),

    due as (
        select
            city_id,
            feed_id,
            kind,
            freq,
            period_start,
            {{ period_end('freq', 'period_start') }} as period_end,
            cast(
                {{ period_end('freq', 'period_start') }} + to_days(cast(allowed_lag_days as integer)) as date
            ) as due_on
        from steps
        where
            {{ period_end('freq', 'period_start') }} <= closes
            and cast(
                {{ period_end('freq', 'period_start') }} + to_days(cast(allowed_lag_days as integer)) as date
            )
            <= as_of
            and period_start >= coalesce({{ period_start('freq', 'reported_from') }}, opens)
    ),

    -- Rows of the deliveries in use, and when the first delivery that told of the period came.
    told as (
        select
            city_id,
            feed_id,
            {{ start_of_text('period') }} as start,
            {{ freq_of_text('period') }} as told_freq,
            sum(rows) filter (where in_use) as rows,
            min(cast(left(retrieved_at, 10) as date)) as received_on
        from {{ source('run_records', 'volumes') }}
        group by all
    ),

    records as (
        select
            due.city_id,
            due.feed_id,
            due.freq,
            due.period_start,
            sum(told.rows) as n_records,
            min(told.received_on) as received_on
        from due
        inner join
            told
            on due.city_id = told.city_id
            and due.feed_id = told.feed_id
            and told.start <= due.period_end
            and {{ period_end('told.told_freq', 'told.start') }} >= due.period_start
        group by all
    ),

    covered as (
        select
            due.city_id,
            due.feed_id,
            due.period_start,
            bool_or(
                coverage.period_start <= due.period_start and coverage.period_end >= due.period_end
            ) as whole,
            bool_or(
                coverage.complete
                and coverage.period_start <= due.period_start
                and coverage.period_end >= due.period_end
            ) as declared
        from due
        inner join
            {{ source('run_records', 'coverage') }} as coverage
            on due.city_id = coverage.city_id
            and due.feed_id = coverage.feed_id
            and coverage.period_start <= due.period_end
            and coverage.period_end >= due.period_start
        group by all
    ),

    -- Whether the contract lets the feed cover anything; where it does, rows beyond are a running period.
    covers as (
        select feeds.city_id, feeds.feed_id, count(coverage.feed_id) > 0 as some
        from {{ source('run_records', 'feeds') }} as feeds
        left join
            {{ source('run_records', 'coverage') }} as coverage
            on feeds.city_id = coverage.city_id
            and feeds.feed_id = coverage.feed_id
        group by all
    ),

    refused as (
        select distinct city_id, feed_id, {{ start_of_text('period') }} as start
        from {{ source('run_records', 'deliveries') }}
        where not accepted and not superseded and period is not null
    ),

    stated as (
        select
            due.*,
            coalesce(records.n_records, 0) as n_records,
            records.received_on,
            coalesce(covered.declared, false) as declared_complete,
            case
                when due.kind = 'levels' and records.n_records > 0
                then 'confirmed'
                when due.kind = 'levels'
                then case when refused.start is not null then 'refused' else 'silence' end
                when covered.declared and records.n_records > 0
                then 'confirmed'
                when covered.declared
                then 'confirmed_zero'
                when covered.whole or (not covers.some and records.n_records > 0)
                then 'undeclared'
                when refused.start is not null
                then 'refused'
                when covered.whole is not null or records.n_records > 0
                then 'partial'
                else 'silence'
            end as state
        from due
        left join records using (city_id, feed_id, period_start)
        left join covered using (city_id, feed_id, period_start)
        inner join covers on due.city_id = covers.city_id and due.feed_id = covers.feed_id
        left join
            refused
            on due.city_id = refused.city_id
            and due.feed_id = refused.feed_id
            and due.period_start = refused.start
    ),

    runs as (
        select
            *,
            state in ('confirmed', 'confirmed_zero', 'undeclared') as accepted,
            row_number() over (partition by city_id, feed_id order by period_start) - row_number() over (
                partition by city_id, feed_id, state in ('confirmed', 'confirmed_zero', 'undeclared')
                order by period_start
            ) as island
        from stated
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
    -- The newest year of which some due months came and others did not, and whether a year is still running.
    max(case when freq in ('M', 'Q') and not accepted and some_came then year(period_start) end) over (
        partition by city_id, feed_id
    ) as last_partial,
    due_in_year * months < 12 as year_is_open,
    months
from
    (
        select
            *,
            bool_or(accepted) over (partition by city_id, feed_id, year(period_start)) as some_came,
            count(*) over (partition by city_id, feed_id, year(period_start)) as due_in_year,
            case freq when 'A' then 12 when 'Q' then 3 else 1 end as months
        from runs
    )
