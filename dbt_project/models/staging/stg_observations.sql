-- Made from contracts/shapes/ by `python -m sga_pipeline.contracts.staging_models`; do not edit.
-- Grain: indicator x area x period x sex x age group x other dimension.
select
    shaped.indicator_id,
    shaped.area_id,
    shaped.period,
    shaped.sex,
    shaped.age_group,
    shaped.other_dim,
    shaped.other_code,
    shaped.value,
    shaped.obs_status,
    shaped.n,
    shaped.ci_low,
    shaped.ci_high,
    shaped.city_id,
    shaped.feed_id
from {{ source('conformed', 'observations') }} as shaped
semi join {{ source('run_records', 'cities') }} as cities on shaped.city_id = cities.city_id
