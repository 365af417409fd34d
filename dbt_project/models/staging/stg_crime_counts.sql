-- Made from contracts/shapes/ by `python -m sga_pipeline.contracts.staging_models`; do not edit.
-- Grain: area x period x offence x sex x age group x weapon x relation x situation.
select
    shaped.area_id,
    shaped.period,
    shaped.iccs_code,
    shaped.local_code,
    shaped.sex,
    shaped.age_group,
    shaped.weapon,
    shaped.relation,
    shaped.situation,
    shaped.unit_counted,
    shaped.count,
    shaped.city_id,
    shaped.feed_id
from {{ source('conformed', 'crime_counts') }} as shaped
semi join {{ source('run_records', 'cities') }} as cities on shaped.city_id = cities.city_id
