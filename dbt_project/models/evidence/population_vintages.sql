-- Grain: city x feed of residents x year of the window: the nearest year the feed has for the city or its
-- areas, and the census it rests on.
with
    known as (
        select
            people.city_id,
            people.feed_id,
            cast(people.year as integer) as year,
            max(people.source_year) as source_year
        from {{ ref('stg_population') }} as people
        group by all
    ),

    years as (
        select
            feeds.city_id,
            feeds.feed_id,
            feeds.between_years,
            cities.as_of,
            cast(cities.first_year + counted.range as integer) as for_year
        from {{ source('run_records', 'feeds') }} as feeds
        inner join {{ source('run_records', 'cities') }} as cities on feeds.city_id = cities.city_id
        inner join
            range(200) as counted
            on counted.range <= cities.last_year - cities.first_year
            and make_date(cast(cities.first_year + counted.range as integer), 12, 31) <= cities.as_of
        where
            feeds.shape = 'population'
            and feeds.preference = (
                select min(others.preference)
                from {{ source('run_records', 'feeds') }} as others
                where
                    others.city_id = feeds.city_id
                    and others.shape = 'population'
                    and others.spatial_levels = feeds.spatial_levels
            )
    )

select
    years.city_id,
    years.feed_id,
    years.for_year,
    arg_min(known.year, (abs(known.year - years.for_year), known.year)) as nearest_year,
    -- Between two years that a straight line joins, nothing is off.
    case
        when
            years.between_years = 'straight_line'
            and min(known.year) < years.for_year
            and max(known.year) > years.for_year
        then 0
        else min(abs(known.year - years.for_year))
    end as years_off,
    max(known.source_year) as source_year,
    cast(max(year(years.as_of) - known.source_year) as integer) as census_age
from years
inner join known on years.city_id = known.city_id and years.feed_id = known.feed_id
group by years.city_id, years.feed_id, years.for_year, years.between_years
