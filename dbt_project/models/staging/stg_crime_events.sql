-- Grain: a row of shape crime_events, for the cities of this run only.
select shaped.*
from {{ source('conformed', 'crime_events') }} as shaped
semi join {{ source('register', 'cities') }} as cities on shaped.city_id = cities.city_id
