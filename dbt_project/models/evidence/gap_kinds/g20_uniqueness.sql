-- Grain: finding. Records that came more than once under one key (G20).
with
    years_doubled as (
        select
            city_id,
            feed_id,
            {{ worst_year('year', 'doubled', 'case when is_assessed then delivered end') }} as worst,
            {{ share_in_worst_year('doubled', 'case when is_assessed then delivered end') }} as worst_share
        from {{ ref('rows_by_year') }}
        group by city_id, feed_id
    ),

    deliveries_doubled as (
        select
            city_id,
            feed_id,
            cast(sum(rows_in) as bigint) as total_n,
            cast(sum(rows_duplicate) as bigint) as bad_n,
            {{ worst_delivery('rows_duplicate', 'rows_in') }} as worst,
            {{ worst_share('rows_duplicate', 'rows_in') }} as worst_share
        from {{ ref('deliveries') }}
        where in_use
        group by city_id, feed_id
        having bad_n > 0
    ),

    -- The worst of all deliveries and years stands for the others.
    doubled as (
        select
            'doubled' as rule_id,
            found.city_id,
            found.feed_id,
            found.total_n,
            found.bad_n,
            case when years.worst_share > found.worst_share then years.worst else found.worst end as worst,
            greatest(found.worst_share, coalesce(years.worst_share, 0)) as share_doubled,
            round(100 * share_doubled, 1) as worst_pct,
            found.total_n as expected_n,
            found.total_n - found.bad_n as available_n
        from deliveries_doubled as found
        left join years_doubled as years on found.city_id = years.city_id and found.feed_id = years.feed_id
    ),

    between_deliveries as (
        select
            'between_deliveries' as rule_id,
            city_id,
            feed_id,
            cast(sum(rows_in) as bigint) as total_n,
            cast(sum(rows_conflicting) as bigint) as bad_n,
            {{ first_few('period', 'period') }} as periods,
            {{ worst_share('rows_conflicting', 'rows_in') }} as share_conflicting,
            total_n as expected_n,
            total_n - bad_n as available_n
        from {{ ref('deliveries') }}
        where in_use and rows_conflicting > 0
        group by city_id, feed_id
    )

select *
from doubled
union all by name
select *
from between_deliveries
