-- Grain: city x gap code x metric: the project's thresholds of a profile, with a city's own changes in
-- their place, and why.
with
    city_changes as (
        select
            city_id,
            gap_code,
            metric,
            max(value) filter (where severity = 'low') as low,
            max(value) filter (where severity = 'medium') as medium,
            max(value) filter (where severity = 'high') as high,
            max(value) filter (where severity = 'critical') as critical,
            string_agg(severity || ' by ' || decided_by || ': ' || reason, '; ' order by severity) as changed
        from {{ source('run_records', 'threshold_changes') }}
        group by city_id, gap_code, metric
    )

select
    cities.city_id,
    thresholds.gap_code,
    thresholds.metric,
    thresholds.bad,
    thresholds.profile,
    coalesce(city_changes.low, thresholds.low) as low,
    coalesce(city_changes.medium, thresholds.medium) as medium,
    coalesce(city_changes.high, thresholds.high) as high,
    coalesce(city_changes.critical, thresholds.critical) as critical,
    city_changes.changed
from {{ ref('thresholds') }} as thresholds
cross join {{ source('run_records', 'cities') }} as cities
left join
    city_changes
    on cities.city_id = city_changes.city_id
    and thresholds.gap_code = city_changes.gap_code
    and thresholds.metric = city_changes.metric
