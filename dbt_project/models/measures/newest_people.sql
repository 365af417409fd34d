-- Grain: city x area: the newest figure of its residents.
select city_id, area_id, arg_max(persons, year) as people
from {{ ref('population_values') }}
where sex = '_T' and age = '_T' and other_dim = ''
group by city_id, area_id
