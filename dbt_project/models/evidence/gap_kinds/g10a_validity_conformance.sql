-- Grain: finding. Deliveries, records, columns, corrections and boundaries that break what the contract or
-- the shape says of them (G10a). Rules about figures that contradict each other are expectations.
with
    years_set_aside as (
        select
            city_id,
            feed_id,
            {{ worst_year('year', 'set_aside', 'case when is_assessed then delivered end') }} as worst,
            {{ share_in_worst_year('set_aside', 'case when is_assessed then delivered end') }} as worst_share
        from {{ ref('rows_by_year') }}
        group by city_id, feed_id
    ),

    deliveries_set_aside as (
        select
            city_id,
            feed_id,
            cast(sum(rows_in) as bigint) as total_n,
            cast(sum(rows_quarantined) as bigint) as bad_n,
            coalesce(any_value(rules), 'see the quarantine') as rules,
            {{ worst_delivery('rows_quarantined', 'rows_in') }} as worst,
            {{ worst_share('rows_quarantined', 'rows_in') }} as worst_share
        from {{ ref('deliveries') }}
        where in_use
        group by city_id, feed_id
        having bad_n > 0
    ),

    -- The worst of all deliveries and years stands for the others.
    quarantined as (
        select
            'quarantined' as rule_id,
            found.city_id,
            found.feed_id,
            found.total_n,
            found.bad_n,
            found.rules,
            case when years.worst_share > found.worst_share then years.worst else found.worst end as worst,
            greatest(found.worst_share, coalesce(years.worst_share, 0)) as share_failing,
            round(100 * share_failing, 1) as worst_pct,
            found.total_n as expected_n,
            found.total_n - found.bad_n as available_n
        from deliveries_set_aside as found
        left join years_set_aside as years on found.city_id = years.city_id and found.feed_id = years.feed_id
    ),

    outside_period as (
        select
            'outside_period' as rule_id,
            city_id,
            feed_id,
            cast(sum(rows_in + rows_outside) as bigint) as total_n,
            cast(sum(rows_outside_period) as bigint) as bad_n,
            {{ worst_delivery('rows_outside_period', 'rows_in + rows_outside') }} as worst,
            bad_n as rows_outside_period,
            total_n as expected_n,
            total_n - bad_n as available_n
        from {{ ref('deliveries') }}
        where in_use
        group by city_id, feed_id
        having bad_n > 0
    ),

    refused_deliveries as (
        select
            city_id,
            feed_id,
            has_fallback,
            rtrim(coalesce(period || ': ', '') || coalesce(reason, 'no reason'), '.') as period_and_reason
        from {{ ref('deliveries') }}
        where not accepted and not superseded
    ),

    refused as (
        select
            'refused' as rule_id,
            city_id,
            feed_id,
            count(*) as refused_n,
            {{ first_few('period_and_reason', 'period_and_reason') }} as reason,
            case
                when bool_or(has_fallback)
                then 'The last good delivery stays in use.'
                else 'There is no earlier delivery to fall back on.'
            end as fallback
        from refused_deliveries
        group by city_id, feed_id
    ),

    correction_failed as (
        select
            'correction_failed' as rule_id,
            city_id,
            feed_id,
            count(*) filter (where status = 'expectation_failed') as failed_n,
            count(*) filter (where status = 'not_found') as not_found_n,
            {{ first_few('correction_id', 'correction_id') }} as corrections
        from {{ ref('corrections') }}
        where status <> 'applied'
        group by city_id, feed_id
    ),

    -- Of all levels of a boundary file the one with the greatest overlap.
    areas_overlap as (
        select
            'areas_overlap' as rule_id,
            city_id,
            feed_id,
            arg_max(pairs.level, (share_in_two, pairs.level)) as level,
            arg_max(pairs.level, (share_in_two, pairs.level)) as dimension,
            count(distinct pairs.level) as levels_n,
            round(arg_max(pairs.doubled_km2, (share_in_two, pairs.level)), 2) as doubled_km2,
            round(arg_max(pairs.ground_km2, (share_in_two, pairs.level)), 2) as ground_km2,
            round(100 * max(share_in_two), 2) as doubled_pct,
            max(share_in_two) as doubled_share,
            count(distinct smaller_id) filter (where share_of_smaller > 0.5) as within_n,
            arg_max(
                area_name || ' / ' || other_name, (share_in_two, pairs.level, shared_km2, area_id, other_id)
            ) as pair,
            round(arg_max(shared_km2, (share_in_two, pairs.level, shared_km2)), 2) as pair_km2
        from {{ ref('area_overlaps') }} as pairs
        group by city_id, feed_id
    ),

    areas_leave_holes as (
        select
            'areas_leave_holes' as rule_id,
            city_id,
            feed_id,
            level,
            whole_level,
            level || ' in ' || whole_level as dimension,
            arg_max(area_name, (share_left_out, area_id)) as whole,
            round(arg_max(fits.left_out_km2, (share_left_out, area_id)), 2) as left_out_km2,
            round(100 * max(share_left_out), 2) as left_out_pct,
            max(share_left_out) as left_out_share,
            count(*) as wholes_n
        from {{ ref('area_fits') }} as fits
        where fits.left_out_km2 > 0
        group by city_id, feed_id, level, whole_level
    ),

    areas_reach_beyond as (
        select
            'areas_reach_beyond' as rule_id,
            city_id,
            feed_id,
            level,
            whole_level,
            level || ' in ' || whole_level as dimension,
            arg_max(area_name, (share_beyond, area_id)) as whole,
            round(arg_max(fits.beyond_km2, (share_beyond, area_id)), 2) as beyond_km2,
            round(100 * max(share_beyond), 2) as beyond_pct,
            max(share_beyond) as beyond_share,
            count(*) as wholes_n
        from {{ ref('area_fits') }} as fits
        where fits.beyond_km2 > 0
        group by city_id, feed_id, level, whole_level
    ),

    sizes_unknown as (
        select
            'sizes_unknown' as rule_id,
            city_id,
            feed_id,
            level,
            whole_level,
            level || ' in ' || whole_level as dimension,
            count(*) as wholes_n,
            {{ first_few('area_name', 'area_name') }} as whole,
            cast(sum(parts_n) as bigint) as parts_n,
            cast(sum(unsized_n) as bigint) as unsized_n,
            cast(max(unplaced_n) as bigint) as unplaced_n
        from {{ ref('unknown_sizes') }}
        group by city_id, feed_id, level, whole_level
    ),

    -- Of each dimension the whole that is furthest from its parts, of those that can be shown.
    parts_differ as (
        select
            'parts_differ' as rule_id,
            city_id,
            feed_id,
            dimension,
            dimension as level,
            count(*) over (partition by city_id, feed_id, dimension) as wholes_n,
            area_name as area,
            period,
            coalesce(cast(sums.whole as varchar), 'not shown') as whole_amount,
            coalesce(cast(sums.parts as varchar), 'not shown') as parts_amount,
            difference as difference_share
        from {{ ref('sums_of_parts') }} as sums
        where not is_remainder
        qualify
            row_number() over (
                partition by city_id, feed_id, dimension
                order by sums.whole is null, difference desc, period desc, area_id, profile, parts_level
            )
            = 1
    ),

    sentinel_declared as (
        select
            'sentinel_declared' as rule_id,
            city_id,
            feed_id,
            cast(sum(records) as bigint) as bad_n,
            {{ first_few('code', 'code') }} as numbers,
            {{ first_few('"column"', '"column"') }} as columns
        from {{ ref('sentinels') }}
        where declared
        group by city_id, feed_id
    ),

    sentinel_undeclared as (
        select
            'sentinel_undeclared' as rule_id,
            city_id,
            feed_id,
            cast(sum(records) as bigint) as bad_n,
            {{ first_few('code', 'code') }} as numbers,
            {{ first_few('"column"', '"column"') }} as columns
        from {{ ref('sentinels') }}
        where not declared
        group by city_id, feed_id
    ),

    unusable_values as (
        select
            'unusable_values' as rule_id,
            city_id,
            feed_id,
            max(records) as total_n,
            cast(sum(unusable) as bigint) as bad_n,
            {{ first_few('"column"', '"column"') }} as columns,
            max(least(unusable / records, 1)) as share_failing
        from {{ ref('column_fill') }}
        where unusable > 0 and records > 0
        group by city_id, feed_id
    ),

    -- Columns of breakdowns are empty wherever a feed gives totals.
    empty_columns as (
        select
            'empty_columns' as rule_id,
            city_id,
            feed_id,
            count(*) as columns_n,
            max(records) as records_n,
            {{ first_few('"column"', '"column"') }} as missing
        from {{ ref('column_fill') }}
        where
            filled = 0
            and records > 0
            and "column" not in ('other_dim', 'other_code', 'group_dim', 'group_code')
        group by city_id, feed_id
    )

select *
from quarantined
union all by name
select *
from outside_period
union all by name
select *
from refused
union all by name
select *
from correction_failed
union all by name
select *
from areas_overlap
union all by name
select *
from areas_leave_holes
union all by name
select *
from areas_reach_beyond
union all by name
select *
from sizes_unknown
union all by name
select *
from parts_differ
union all by name
select *
from sentinel_declared
union all by name
select *
from sentinel_undeclared
union all by name
select *
from unusable_values
union all by name
select *
from empty_columns
