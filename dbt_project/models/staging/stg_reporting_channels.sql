-- Made from contracts/shapes/ by `python -m sga_pipeline.contracts.staging_models`; do not edit.
-- Grain: theme x channel x area x year.
select
    shaped.theme,
    shaped.channel,
    shaped.area_id,
    shaped.period,
    shaped.functioning,
    shaped.document,
    shaped.attested_by,
    shaped.attested_on,
    shaped.city_id,
    shaped.feed_id
from {{ source('conformed', 'reporting_channels') }} as shaped
semi join {{ source('run_records', 'cities') }} as cities on shaped.city_id = cities.city_id
