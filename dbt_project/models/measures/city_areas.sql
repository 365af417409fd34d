-- Grain: city x area. Areas from boundary feeds, and those the city contract fixes (country, county, city).
-- Only the version in force: areas of two versions are never mixed.
with
    areas_of_feeds as (
        select
            shaped.city_id,
            shaped.area_id,
            shaped.parent_id,
            shaped.level,
            shaped.name,
            shaped.geometry,
            shaped.area_km2,
            2 as rank
        from {{ ref('stg_areas') }} as shaped
        inner join
            {{ source('run_records', 'feeds') }} as feeds
            on shaped.city_id = feeds.city_id
            and shaped.feed_id = feeds.feed_id
        inner join
            {{ source('run_records', 'cities') }} as cities
            on feeds.city_id = cities.city_id
            and feeds.boundary_version = cities.boundary_version
    ),

    fixed_areas_of_contract as (
        select
            city_id,
            area_id,
            parent_id,
            level,
            name,
            cast(null as varchar) as geometry,
            cast(null as double) as area_km2,
            1 as rank
        from {{ source('run_records', 'fixed_areas') }}
    ),

    -- A boundary feed may also bring the city's own outline; name and place in the hierarchy stay the
    -- contract's.
    merged_areas as (
        select
            city_id,
            area_id,
            arg_min(parent_id, rank) as parent_id,
            arg_min(level, rank) as level,
            arg_min(name, rank) as name,
            max(geometry) as geometry,
            max(area_km2) as area_km2
        from
            (
                select *
                from areas_of_feeds
                union all
                select *
                from fixed_areas_of_contract
            )
        group by city_id, area_id
    )

select
    merged_areas.city_id,
    merged_areas.area_id,
    merged_areas.parent_id,
    merged_areas.level,
    merged_areas.name,
    cities.boundary_version,
    merged_areas.geometry,
    merged_areas.area_km2
from merged_areas
inner join {{ source('run_records', 'cities') }} as cities on merged_areas.city_id = cities.city_id
