-- Grain: city x area x year of the window x sex x age x other dimension: residents to divide by. From the
-- year itself; between two known
-- years along a straight line where the feed's contract allows it; else from the nearest year within one.
-- Whatever is not of the year is marked (E).
with
    years as (
        select cities.city_id, cast(cities.first_year + counted.range as integer) as year
        from {{ source('run_records', 'cities') }} as cities
        inner join range(200) as counted on counted.range <= cities.last_year - cities.first_year
    ),

    known as (
        select
            *,
            lead(year) over (
                partition by city_id, area_id, sex, age, other_dim, other_code order by year
            ) as next_year,
            lead(persons) over (
                partition by city_id, area_id, sex, age, other_dim, other_code order by year
            ) as next_persons
        from {{ ref('population_values') }}
    ),

    between_two as (
        select
            years.year as for_year,
            known.*,
            known.persons
            + (known.next_persons - known.persons)
            * (years.year - known.year)
            / (known.next_year - known.year) as drawn
        from years
        inner join
            known
            on years.city_id = known.city_id
            and years.year > known.year
            and years.year < known.next_year
        inner join
            {{ source('run_records', 'feeds') }} as feeds
            on known.city_id = feeds.city_id
            and known.feed_id = feeds.feed_id
            and feeds.between_years = 'straight_line'
    ),

    near as (
        select years.year as for_year, known.*
        from years
        inner join known on years.city_id = known.city_id and abs(known.year - years.year) <= 1
        anti join
            between_two
            on known.city_id = between_two.city_id
            and known.area_id = between_two.area_id
            and years.year = between_two.for_year
        qualify
            row_number() over (
                partition by
                    years.city_id,
                    known.area_id,
                    years.year,
                    known.sex,
                    known.age,
                    known.other_dim,
                    known.other_code
                order by abs(known.year - years.year), known.year
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
    cast(persons as double) as persons,
    year <> for_year as estimated,
    feed_id
    || ' '
    || cast(year as varchar)
    || case when year <> for_year then ' (E)' else '' end
    || case
        when source_year is not null then ', based on ' || cast(source_year as varchar) else ''
    end as source
from near
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
    cast(drawn as double),
    true,
    feed_id || ' ' || cast(year as varchar) || ' to ' || cast(next_year as varchar) || ' (E)'
from between_two
