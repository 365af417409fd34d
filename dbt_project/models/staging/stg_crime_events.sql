-- Made from contracts/shapes/ by `python -m sga_pipeline.contracts.staging_models`; do not edit.
-- Grain: one recorded offence.
-- A source's flag makes 0102 of an attempted 0101; any other attempt counts with its offence.
select
    shaped.event_id,
    shaped.occurred_on,
    shaped.occurred_hour,
    shaped.reported_on,
    case
        when shaped.attempted and starts_with(shaped.iccs_code, '0101') then '0102' else shaped.iccs_code
    end as iccs_code,
    shaped.local_code,
    shaped.area_id,
    shaped.latitude,
    shaped.longitude,
    shaped.weapon,
    shaped.situation,
    shaped.location_type,
    shaped.attempted,
    shaped.cleared,
    shaped.city_id,
    shaped.feed_id
from {{ source('conformed', 'crime_events') }} as shaped
semi join {{ source('run_records', 'cities') }} as cities on shaped.city_id = cities.city_id
