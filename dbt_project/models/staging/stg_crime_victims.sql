-- Made from contracts/shapes/ by `python -m sga_pipeline.contracts.staging_models`; do not edit.
-- Grain: one victim of one recorded offence.
select
    shaped.victim_id,
    shaped.event_id,
    shaped.occurred_on,
    shaped.occurred_hour,
    shaped.iccs_code,
    shaped.local_code,
    shaped.area_id,
    shaped.sex,
    shaped.age,
    shaped.age_group,
    shaped.weapon,
    shaped.relation,
    shaped.situation,
    shaped.location_type,
    shaped.cleared,
    shaped.ethnicity,
    shaped.disability,
    shaped.exploitation,
    shaped.city_id,
    shaped.feed_id
from {{ source('conformed', 'crime_victims') }} as shaped
semi join {{ source('run_records', 'cities') }} as cities on shaped.city_id = cities.city_id
