-- Grain: finding. Deliveries, records, columns, corrections and boundaries that break what the contract or
-- the shape says of them (G10a). Rules about figures that contradict each other are expectations.
with
    quarantined as (
        select
            'quarantined' as rule_id,
            city_id,
            feed_id,
            cast(sum(rows_in) as bigint) as total_n,
            cast(sum(rows_quarantined) as bigint) as bad_n,
            coalesce(any_value(rules), 'see the quarantine') as rules,
            bad_n / total_n as share_failing,
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

    areas_overlap as (
        select
            'areas_overlap' as rule_id,
            city_id,
            feed_id,
            level,
            level as dimension,
            round(max(pairs.doubled_km2), 2) as doubled_km2,
            round(max(pairs.ground_km2), 2) as ground_km2,
            round(100 * max(share_in_two), 2) as doubled_pct,
            max(share_in_two) as doubled_share,
            count(distinct smaller_id) filter (where share_of_smaller > 0.5) as within_n,
            arg_max(area_name || ' / ' || other_name, (shared_km2, area_id, other_id)) as pair,
            round(max(shared_km2), 2) as pair_km2
        from {{ ref('area_overlaps') }} as pairs
        group by city_id, feed_id, level
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
from sentinel_declared
union all by name
select *
from sentinel_undeclared
union all by name
select *
from empty_columns
