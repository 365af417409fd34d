-- Grain: city x feed: what its contract says and what came of it: when it ends, how much of it could be
-- used, how it comes.
with
    delivery_totals as (
        select
            city_id,
            feed_id,
            count(*) filter (where in_use) as deliveries_in_use,
            sum(rows_kept) filter (where in_use) as rows_in_use,
            sum(rows_in) filter (where in_use) as rows_in,
            sum(rows_quarantined) filter (where in_use) as rows_quarantined,
            sum(rows_duplicate) filter (where in_use) as rows_duplicate,
            sum(rows_without_area) filter (where in_use) as rows_without_area,
            max(retrieved_at) as last_retrieved_at,
            count(sha256) = count(*) as has_checksums
        from {{ source('run_records', 'deliveries') }}
        group by city_id, feed_id
    ),

    covered_periods as (
        select city_id, feed_id, period_start, period_end
        from {{ source('run_records', 'coverage') }}
        union all
        select
            city_id,
            feed_id,
            {{ start_of_text('period') }},
            {{ period_end(freq_of_text('period'), start_of_text('period')) }}
        from {{ source('run_records', 'volumes') }}
        where
            in_use
            and (city_id, feed_id)
            not in (select (city_id, feed_id) from {{ source('run_records', 'coverage') }})
    ),

    coverage_spans as (
        select city_id, feed_id, min(period_start) as covers_from, max(period_end) as covers_to
        from covered_periods
        group by city_id, feed_id
    ),

    header_change_counts as (
        select city_id, feed_id, count(distinct sha256) as changes
        from {{ source('run_records', 'header_changes') }}
        group by city_id, feed_id
    ),

    feeds_with_totals as (
        select
            feeds.*,
            cities.as_of,
            extents.level as extent_level,
            delivery_totals.* exclude (city_id, feed_id),
            coverage_spans.covers_from,
            -- Projections reach beyond the day of assessment; nothing is late because of them.
            coverage_spans.covers_to,
            coalesce(header_change_counts.changes, 0) as schema_changes,
            case feeds.cadence when 'quarterly' then 'Q' when 'annual' then 'A' else 'M' end as freq
        from {{ source('run_records', 'feeds') }} as feeds
        inner join {{ source('run_records', 'cities') }} as cities on feeds.city_id = cities.city_id
        left join
            {{ ref('city_areas') }} as extents
            on feeds.city_id = extents.city_id
            and feeds.extent_area = extents.area_id
        left join
            delivery_totals
            on feeds.city_id = delivery_totals.city_id
            and feeds.feed_id = delivery_totals.feed_id
        left join
            coverage_spans
            on feeds.city_id = coverage_spans.city_id
            and feeds.feed_id = coverage_spans.feed_id
        left join
            header_change_counts
            on feeds.city_id = header_change_counts.city_id
            and feeds.feed_id = header_change_counts.feed_id
    ),

    feeds_with_delays as (
        select
            *,
            freq = 'M' as monthly,
            coalesce(reported_to <= as_of, false) as closed,
            case
                when cadence <> 'irregular' and covers_to is not null and not closed
                then date_diff('day', {{ period_end('freq', period_start('freq', 'covers_to + 1')) }}, as_of)
            end as days_overdue,
            cadence <> 'irregular'
            and not closed
            and date_diff('day', covers_to, as_of)
            > allowed_lag_days + 2 * case freq when 'A' then 365 when 'Q' then 92 else 31 end as stale
        from feeds_with_totals
    )

select
    city_id,
    feed_id,
    title,
    family,
    owner,
    contact,
    licence,
    citation,
    url,
    cadence,
    allowed_lag_days,
    string_split(disaggregations, ',') as disaggregations,
    string_split(spatial_levels, ',') as spatial_levels,
    [shape] as shapes,
    connector,
    form,
    manual_steps,
    cast({{ readability('connector', 'form', 'manual_steps', 'schema_changes') }} as double) as readability,
    schema_changes,
    concept_match,
    differs,
    place_basis,
    string_split(nullif(methods_unstated, ''), ',') as methods_unstated,
    coalesce(deliveries_in_use, 0) as deliveries_in_use,
    cast(coalesce(rows_in_use, 0) as bigint) as rows_in_use,
    cast(coalesce(rows_in, 0) as bigint) as rows_in,
    cast(coalesce(rows_quarantined, 0) as bigint) as rows_quarantined,
    cast(coalesce(rows_duplicate, 0) as bigint) as rows_duplicate,
    cast(coalesce(rows_without_area, 0) as bigint) as rows_without_area,
    by_area,
    extent_level,
    coalesce(has_checksums, false) as has_checksums,
    lower(trim(licence)) not in ('not stated', 'unknown', 'none', '') as has_licence,
    last_retrieved_at as retrieved_at,
    covers_from,
    covers_to,
    monthly,
    closed,
    days_overdue,
    coalesce(stale, false) as stale,
    as_of
from feeds_with_delays
