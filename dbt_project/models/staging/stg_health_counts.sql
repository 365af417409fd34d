-- Made from contracts/shapes/ by `python -m sga_pipeline.contracts.staging_models`; do not edit.
-- Grain: area x period x topic x cause x sex x age group.
select
    shaped.area_id,
    shaped.period,
    shaped.topic,
    shaped.icd10,
    shaped.sex,
    shaped.age_group,
    shaped.count,
    shaped.city_id,
    shaped.feed_id
from {{ source('conformed', 'health_counts') }} as shaped
semi join {{ source('run_records', 'cities') }} as cities on shaped.city_id = cities.city_id
