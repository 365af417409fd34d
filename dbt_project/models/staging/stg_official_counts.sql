-- Made from contracts/shapes/ by `python -m sga_pipeline.contracts.staging_models`; do not edit.
-- Grain: area x period x topic x sex x age group x other dimension.
select
    shaped.area_id,
    shaped.period,
    shaped.topic,
    shaped.sex,
    shaped.age_group,
    shaped.other_dim,
    shaped.other_code,
    shaped.amount,
    shaped.out_of,
    shaped.city_id,
    shaped.feed_id
from {{ source('conformed', 'official_counts') }} as shaped
semi join {{ source('run_records', 'cities') }} as cities on shaped.city_id = cities.city_id
