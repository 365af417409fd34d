-- Grain: city.
with
    residents as (
        select
            population.city_id,
            arg_max(population.persons, population.year) as population,
            max(population.year) as population_year
        from {{ ref('population_values') }} as population
        inner join
            {{ source('run_records', 'cities') }} as cities
            on population.city_id = cities.city_id
            and population.area_id = cities.city_area
            and population.year <= cities.last_year
        where population.sex = '_T' and population.age = '_T'
        group by population.city_id
    )

select
    cities.city_id,
    cities.name,
    cities.country_iso3,
    cast(residents.population as bigint) as population,
    residents.population_year,
    cities.boundary_version,
    cities.timezone,
    string_split(cities.languages, ',') as languages,
    cities.city_area,
    cities.first_year,
    cities.last_year
from {{ source('run_records', 'cities') }} as cities
left join residents on cities.city_id = residents.city_id
