-- Grain: finding. Coverage in time (G04): a feed that never came, periods that did not come, a year of which
-- only some months came, and the year that is not over yet.
with
    no_delivery as (
        select
            'no_delivery' as rule_id,
            city_id,
            feed_id,
            1 as expected_n,
            0 as available_n,
            deliveries_in_use as deliveries_n,
            1 as never_delivered
        from {{ ref('feed_states') }}
        where deliveries_in_use = 0
    ),

    missing_periods as (
        select
            'missing_periods' as rule_id,
            city_id,
            feed_id,
            count(*) as expected_n,
            count(*) filter (where accepted) as available_n,
            max(missing_run) as longest_run,
            {{ first_few('period', 'period', where='not accepted') }} as missing,
            available_n / expected_n as share_covered
        from {{ ref('submissions') }}
        group by city_id, feed_id
        having available_n < expected_n
    ),

    -- The newest year of which some due months came and others did not.
    partial_year as (
        select
            'partial_year' as rule_id,
            city_id,
            feed_id,
            'partial_year' as dimension,
            any_value(last_partial) as year,
            cast(
                coalesce(
                    sum(months) filter (where accepted and year(period_start) = last_partial), 0
                ) as bigint
            ) as months_covered,
            cast(sum(months) filter (where year(period_start) = last_partial) as bigint) as due_n,
            due_n - months_covered as due_months_missing,
            make_date(cast(year as integer), 1, 1) as period_start,
            make_date(cast(year as integer), 12, 31) as period_end
        from {{ ref('submissions') }}
        where freq <> 'A' and last_partial is not null
        group by city_id, feed_id
        having months_covered < due_n
    ),

    -- The year of which the last months are not due yet. What came before it was due counts as well.
    running_years as (
        select
            submissions.city_id,
            submissions.feed_id,
            cast(year(max(submissions.period_end)) as integer) as year,
            max(submissions.period_end) as due_to,
            cast(coalesce(sum(submissions.months) filter (where submissions.accepted), 0) as bigint) as due_n,
            greatest(
                0,
                date_diff(
                    'month',
                    due_to + 1,
                    least(coalesce(any_value(feeds.covers_to), due_to) + 1, make_date(year + 1, 1, 1))
                )
            ) as early_n
        from {{ ref('submissions') }} as submissions
        inner join
            {{ ref('feed_states') }} as feeds
            on submissions.city_id = feeds.city_id
            and submissions.feed_id = feeds.feed_id
        where submissions.freq <> 'A' and submissions.year_is_open
        group by submissions.city_id, submissions.feed_id
    ),

    running_year as (
        select
            'running_year' as rule_id,
            city_id,
            feed_id,
            'running_year' as dimension,
            cast(year as bigint) as year,
            due_n + early_n as months_covered,
            12 - month(due_to) - early_n as months_not_yet_due,
            make_date(year, 1, 1) as period_start,
            make_date(year, 12, 31) as period_end
        from running_years
        where months_not_yet_due > 0
    )

select *
from no_delivery
union all by name
select *
from missing_periods
union all by name
select *
from partial_year
union all by name
select *
from running_year
