-- Grain: city x area x year of the window x sex x age: residents to divide by, from the year itself or the nearest within one.
with years as (
    select cities.city_id, cities.first_year + counted.range as year
    from {{ source('register', 'cities') }} as cities
    inner join {{ counting(200) }} as counted on counted.range <= cities.last_year - cities.first_year
)

select
    years.city_id, population.area_id, years.year, population.sex, population.age, population.feed_id, population.persons,
    population.year as from_year,
    population.feed_id || ' ' || cast(population.year as varchar)
        || case when population.year <> years.year then ' (E)' else '' end
        || case when population.source_year is not null then ', based on ' || cast(population.source_year as varchar) else '' end as source
from years
inner join {{ ref('population_values') }} as population
    on years.city_id = population.city_id and abs(population.year - years.year) <= 1
qualify row_number() over (
    partition by years.city_id, population.area_id, years.year, population.sex, population.age
    order by abs(population.year - years.year), population.year
) = 1
