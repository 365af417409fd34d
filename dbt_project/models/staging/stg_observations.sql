-- Grain: a row of shape observations, for the cities of this run only.
select shaped.*
from {{ source('conformed', 'observations') }} as shaped
semi join {{ source('run_records', 'cities') }} as cities on shaped.city_id = cities.city_id
