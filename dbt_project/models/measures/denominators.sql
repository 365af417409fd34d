-- Grain: city x area x year of the window x sex x age x other dimension: residents to divide by.
-- From the year itself; between two known years along a straight line where the feed's contract allows it;
-- else from the nearest year within one. Whatever is not of the year is marked (E).
with
    years as (
        select cities.city_id, cast(cities.first_year + counted.range as integer) as year
        from {{ source('run_records', 'cities') }} as cities
        inner join range(200) as counted on counted.range <= cities.last_year - cities.first_year
    ),

    known_years as (
        select
            *,
            lead(year) over (
                partition by city_id, area_id, sex, age, other_dim, other_code order by year
            ) as next_year,
            lead(persons) over (
                partition by city_id, area_id, sex, age, other_dim, other_code order by year
            ) as next_persons,
            lead(base) over (
                partition by city_id, area_id, sex, age, other_dim, other_code order by year
            ) as next_base
        from {{ ref('population_values') }}
    ),

    interpolated_years as (
        select
            years.year as for_year,
            known_years.*,
            known_years.persons
            + (known_years.next_persons - known_years.persons)
            * (years.year - known_years.year)
            / (known_years.next_year - known_years.year) as interpolated
        from years
        inner join
            known_years
            on years.city_id = known_years.city_id
            and years.year > known_years.year
            and years.year < known_years.next_year
        inner join
            {{ source('run_records', 'feeds') }} as feeds
            on known_years.city_id = feeds.city_id
            and known_years.feed_id = feeds.feed_id
            and feeds.between_years = 'straight_line'
    ),

    nearest_years as (
        select years.year as for_year, known_years.*
        from years
        inner join
            known_years on years.city_id = known_years.city_id and abs(known_years.year - years.year) <= 1
        anti join
            interpolated_years
            on known_years.city_id = interpolated_years.city_id
            and known_years.area_id = interpolated_years.area_id
            and years.year = interpolated_years.for_year
        qualify
            row_number() over (
                partition by
                    years.city_id,
                    known_years.area_id,
                    years.year,
                    known_years.sex,
                    known_years.age,
                    known_years.other_dim,
                    known_years.other_code
                order by abs(known_years.year - years.year), known_years.year
            )
            = 1
    )

select
    city_id,
    area_id,
    for_year as year,
    sex,
    age,
    other_dim,
    other_code,
    feed_id,
    base,
    cast(persons as double) as persons,
    year <> for_year as estimated,
    feed_id
    || ' '
    || cast(year as varchar)
    || case when year <> for_year then ' (E)' else '' end
    || case
        when source_year is not null then ', based on ' || cast(source_year as varchar) else ''
    end as source
from nearest_years
union all
select
    city_id,
    area_id,
    for_year,
    sex,
    age,
    other_dim,
    other_code,
    feed_id,
    -- A line between two bases rests on neither.
    case
        when {{ bases_differ('base', 'next_base') }} then 'between ' || base || ' and ' || next_base else base
    end,
    cast(interpolated as double),
    true,
    feed_id || ' ' || cast(year as varchar) || ' to ' || cast(next_year as varchar) || ' (E)'
from interpolated_years
