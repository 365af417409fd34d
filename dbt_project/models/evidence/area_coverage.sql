-- Grain: city x feed of statistics x level it promises x area: whether the feed's newest year has a row
-- for the area.
with
    reported_areas as (
        select city_id, feed_id, area_id, cast(year as integer) as year
        from {{ ref('stg_population') }}
        union all
        select city_id, feed_id, area_id, cast(left(period, 4) as integer)
        from {{ ref('stg_observations') }}
        union all
        select city_id, feed_id, area_id, cast(left(period, 4) as integer)
        from {{ ref('stg_official_counts') }}
        union all
        select city_id, feed_id, area_id, cast(left(period, 4) as integer)
        from {{ ref('stg_crime_counts') }}
        union all
        select city_id, feed_id, area_id, cast(left(period, 4) as integer)
        from {{ ref('stg_health_counts') }}
    ),

    newest_years as (select city_id, feed_id, max(year) as year from reported_areas group by all),

    promised_levels as (
        select feeds.city_id, feeds.feed_id, unnest(string_split(feeds.spatial_levels, ',')) as level
        from {{ source('run_records', 'feeds') }} as feeds
    )

select
    promised_levels.city_id,
    promised_levels.feed_id,
    promised_levels.level,
    areas.area_id,
    areas.name,
    newest_years.year,
    cast(people.people as double) as people,
    reported_areas.area_id is not null as reported
from promised_levels
inner join
    newest_years
    on promised_levels.city_id = newest_years.city_id
    and promised_levels.feed_id = newest_years.feed_id
inner join
    {{ ref('city_areas') }} as areas
    on promised_levels.city_id = areas.city_id
    and promised_levels.level = areas.level
left join
    {{ ref('newest_people') }} as people on areas.city_id = people.city_id and areas.area_id = people.area_id
left join
    (select distinct * from reported_areas) as reported_areas
    on promised_levels.city_id = reported_areas.city_id
    and promised_levels.feed_id = reported_areas.feed_id
    and areas.area_id = reported_areas.area_id
    and newest_years.year = reported_areas.year
where promised_levels.level in ('district', 'neighbourhood')
