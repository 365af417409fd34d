-- Made from contracts/shapes/ by `python -m sga_pipeline.contracts.staging_models`; do not edit.
-- Grain: area x year x sex x age group x other group.
select
    shaped.area_id,
    shaped.year,
    shaped.sex,
    shaped.age_group,
    shaped.group_dim,
    shaped.group_code,
    shaped.persons,
    shaped.method,
    shaped.source_year,
    shaped.city_id,
    shaped.feed_id
from {{ source('conformed', 'population') }} as shaped
semi join {{ source('run_records', 'cities') }} as cities on shaped.city_id = cities.city_id
