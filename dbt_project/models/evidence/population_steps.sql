-- Grain: city x area x year with residents, after another such year: how far they moved a year, and from
-- which base to which.
with
    yearly_residents as (
        select
            population.city_id,
            population.area_id,
            areas.name as area_name,
            areas.level,
            population.feed_id,
            population.year,
            population.persons,
            population.base,
            lag(population.year) over in_time as year_before,
            lag(population.persons) over in_time as persons_before,
            lag(population.base) over in_time as base_before
        from {{ ref('population_values') }} as population
        inner join
            {{ ref('city_areas') }} as areas
            on population.city_id = areas.city_id
            and population.area_id = areas.area_id
        where
            population.sex = '_T'
            and population.age = '_T'
            and population.other_dim = ''
            and population.persons is not null
        window in_time as (partition by population.city_id, population.area_id order by population.year)
    )

select
    residents.city_id,
    residents.area_id,
    residents.area_name,
    residents.level,
    residents.feed_id,
    residents.year_before,
    residents.year,
    cast(residents.persons_before as bigint) as persons_before,
    cast(residents.persons as bigint) as persons,
    residents.base_before,
    residents.base,
    {{ bases_differ('residents.base_before', 'residents.base') }} as base_changed,
    -- A change over several years is spread over them.
    round(
        pow(residents.persons / residents.persons_before, 1.0 / (residents.year - residents.year_before)) - 1,
        6
    ) as change_a_year
from yearly_residents as residents
inner join {{ source('run_records', 'cities') }} as cities on residents.city_id = cities.city_id
where
    residents.persons_before > 0
    and residents.persons > 0
    and residents.year >= cities.first_year
    and residents.year_before <= cities.last_year
