-- Made from contracts/shapes/ by `python -m sga_pipeline.contracts.staging_models`; do not edit.
-- Grain: one registered death.
select
    shaped.death_id,
    shaped.died_on,
    shaped.registered_on,
    shaped.icd10,
    shaped.cause_group,
    shaped.area_id,
    shaped.sex,
    shaped.age,
    shaped.age_group,
    shaped.relation,
    shaped.location_type,
    shaped.ethnicity,
    shaped.city_id,
    shaped.feed_id
from {{ source('conformed', 'deaths') }} as shaped
semi join {{ source('run_records', 'cities') }} as cities on shaped.city_id = cities.city_id
