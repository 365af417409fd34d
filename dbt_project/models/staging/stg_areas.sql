-- Made from contracts/shapes/ by `python -m sga_pipeline.contracts.staging_models`; do not edit.
-- Grain: area.
select
    shaped.area_id,
    shaped.parent_id,
    shaped.level,
    shaped.name,
    shaped.geometry,
    shaped.area_km2,
    shaped.city_id,
    shaped.feed_id
from {{ source('conformed', 'areas') }} as shaped
semi join {{ source('run_records', 'cities') }} as cities on shaped.city_id = cities.city_id
