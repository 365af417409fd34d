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
            max(year(period_start)) filter (where not accepted) as year,
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

    running_year as (
        select
            'running_year' as rule_id,
            city_id,
            feed_id,
            'running_year' as dimension,
            max(year(period_start)) filter (where year_is_open) as year,
            cast(
                coalesce(sum(months) filter (where accepted and year_is_open), 0) as bigint
            ) as months_covered,
            12 - months_covered as months_not_yet_due,
            make_date(cast(year as integer), 1, 1) as period_start,
            make_date(cast(year as integer), 12, 31) as period_end
        from {{ ref('submissions') }}
        where freq <> 'A'
        group by city_id, feed_id
        having year is not null
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
