-- Grain: city x feed of statistics x level it promises x area: whether the feed's newest year tells of the
-- area.
with
    told as (
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

    newest as (select city_id, feed_id, max(year) as year from told group by all),

    promised as (
        select feeds.city_id, feeds.feed_id, unnest(string_split(feeds.spatial_levels, ',')) as level
        from {{ source('run_records', 'feeds') }} as feeds
    )

select
    promised.city_id,
    promised.feed_id,
    promised.level,
    areas.area_id,
    areas.name,
    newest.year,
    cast(people.people as double) as people,
    told.area_id is not null as told
from promised
inner join newest on promised.city_id = newest.city_id and promised.feed_id = newest.feed_id
inner join
    {{ ref('stg_areas') }} as areas on promised.city_id = areas.city_id and promised.level = areas.level
left join
    {{ ref('newest_people') }} as people on areas.city_id = people.city_id and areas.area_id = people.area_id
left join
    (select distinct * from told) as told
    on promised.city_id = told.city_id
    and promised.feed_id = told.feed_id
    and areas.area_id = told.area_id
    and newest.year = told.year
where promised.level in ('district', 'neighbourhood')
