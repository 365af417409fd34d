-- Grain: a row of shape reporting_channels, for the cities of this run only.
select shaped.*
from {{ source('conformed', 'reporting_channels') }} as shaped
semi join {{ source('run_records', 'cities') }} as cities on shaped.city_id = cities.city_id
