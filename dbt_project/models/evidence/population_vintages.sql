-- Grain: city x feed of residents x year of the window: the nearest year the feed has for the city or its
-- areas, and the census it rests on.
with
    feed_years as (
        select
            people.city_id,
            people.feed_id,
            cast(people.year as integer) as year,
            max(people.source_year) as source_year
        from {{ ref('stg_population') }} as people
        group by all
    ),

    required_years as (
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
    required_years.city_id,
    required_years.feed_id,
    required_years.for_year,
    arg_min(
        feed_years.year, (abs(feed_years.year - required_years.for_year), feed_years.year)
    ) as nearest_year,
    -- Between two years that a straight line joins, nothing is off.
    case
        when
            required_years.between_years = 'straight_line'
            and min(feed_years.year) < required_years.for_year
            and max(feed_years.year) > required_years.for_year
        then 0
        else min(abs(feed_years.year - required_years.for_year))
    end as years_off,
    max(feed_years.source_year) as source_year,
    cast(max(year(required_years.as_of) - feed_years.source_year) as integer) as census_age
from required_years
inner join
    feed_years on required_years.city_id = feed_years.city_id and required_years.feed_id = feed_years.feed_id
group by required_years.city_id, required_years.feed_id, required_years.for_year, required_years.between_years
