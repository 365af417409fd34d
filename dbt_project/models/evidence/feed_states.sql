-- Grain: city x feed: what its contract says and what came of it: when it ends, how much of it could be
-- used, how it comes.
with
    delivered as (
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

    told as (
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

    covered as (
        select city_id, feed_id, min(period_start) as covers_from, max(period_end) as covers_to
        from told
        group by city_id, feed_id
    ),

    changed as (
        select city_id, feed_id, count(distinct sha256) as changes
        from {{ source('run_records', 'header_changes') }}
        group by city_id, feed_id
    ),

    together as (
        select
            feeds.*,
            cities.as_of,
            delivered.* exclude (city_id, feed_id),
            covered.covers_from,
            -- Projections reach beyond the day of assessment; nothing is late because of them.
            covered.covers_to,
            coalesce(changed.changes, 0) as schema_changes,
            case feeds.cadence when 'quarterly' then 'Q' when 'annual' then 'A' else 'M' end as freq
        from {{ source('run_records', 'feeds') }} as feeds
        inner join {{ source('run_records', 'cities') }} as cities on feeds.city_id = cities.city_id
        left join delivered on feeds.city_id = delivered.city_id and feeds.feed_id = delivered.feed_id
        left join covered on feeds.city_id = covered.city_id and feeds.feed_id = covered.feed_id
        left join changed on feeds.city_id = changed.city_id and feeds.feed_id = changed.feed_id
    ),

    timed as (
        select
            *,
            freq = 'M' as monthly,
            case
                when cadence <> 'irregular' and covers_to is not null
                then date_diff('day', {{ period_end('freq', period_start('freq', 'covers_to + 1')) }}, as_of)
            end as days_overdue,
            cadence <> 'irregular'
            and date_diff('day', covers_to, as_of)
            > allowed_lag_days + 2 * case freq when 'A' then 365 when 'Q' then 92 else 31 end as stale
        from together
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
    {{ readability('connector', 'form', 'manual_steps', 'schema_changes') }} as readability,
    schema_changes,
    concept_match,
    differs,
    place_basis,
    string_split(nullif(methods_unstated, ''), ',') as methods_unstated,
    coalesce(deliveries_in_use, 0) as deliveries_in_use,
    coalesce(rows_in_use, 0) as rows_in_use,
    coalesce(rows_in, 0) as rows_in,
    coalesce(rows_quarantined, 0) as rows_quarantined,
    coalesce(rows_duplicate, 0) as rows_duplicate,
    coalesce(rows_without_area, 0) as rows_without_area,
    by_area,
    coalesce(has_checksums, false) as has_checksums,
    lower(trim(licence)) not in ('not stated', 'unknown', 'none', '') as has_licence,
    last_retrieved_at as retrieved_at,
    covers_from,
    covers_to,
    monthly,
    days_overdue,
    coalesce(stale, false) as stale,
    as_of
from timed
