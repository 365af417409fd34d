-- Grain: city x area: square kilometres: its own, or the sum of the areas in it where they are known to be
-- all of it.
-- All of it they are where each has a size, the feed that brings them states so, and no area of their level
-- is without a known parent: that one may lie in it too.
with
    own_sizes as (
        select city_id, area_id, parent_id, level, boundary_version, area_km2 from {{ ref('city_areas') }}
    ),

    feeds_of_areas as (
        select
            shaped.city_id,
            shaped.area_id,
            min(feeds.feed_id) as feed_id,
            bool_or(coalesce(feeds.fills_parents, false)) as fills_parent
        from {{ ref('stg_areas') }} as shaped
        inner join
            {{ source('run_records', 'feeds') }} as feeds
            on shaped.city_id = feeds.city_id
            and shaped.feed_id = feeds.feed_id
        inner join
            {{ source('run_records', 'cities') }} as cities
            on feeds.city_id = cities.city_id
            and feeds.boundary_version = cities.boundary_version
        group by shaped.city_id, shaped.area_id
    ),

    levels_without_parents as (
        select parts.city_id, parts.level, count(*) as unplaced_n
        from own_sizes as parts
        left join own_sizes as wholes on parts.city_id = wholes.city_id and parts.parent_id = wholes.area_id
        where parts.level in ('district', 'neighbourhood') and wholes.area_id is null
        group by parts.city_id, parts.level
    ),

    -- Of areas of two levels that lie directly in one, the larger are its parts.
    parts_of_areas as (
        select
            parts.city_id,
            parts.parent_id as area_id,
            parts.level as parts_level,
            min(feeds.feed_id) as parts_feed,
            {{ steady_sum('parts.area_km2') }} as parts_km2,
            count(*) as parts_n,
            count(*) - count(parts.area_km2) as unsized_n,
            coalesce(any_value(unplaced.unplaced_n), 0) as unplaced_n,
            bool_and(coalesce(feeds.fills_parent, false)) as fill_it
        from own_sizes as parts
        left join feeds_of_areas as feeds on parts.city_id = feeds.city_id and parts.area_id = feeds.area_id
        left join
            levels_without_parents as unplaced
            on parts.city_id = unplaced.city_id
            and parts.level = unplaced.level
        where parts.parent_id is not null and parts.level in ('district', 'neighbourhood')
        group by parts.city_id, parts.parent_id, parts.level
        qualify row_number() over (partition by parts.city_id, parts.parent_id order by parts.level) = 1
    )

select
    own_sizes.city_id,
    own_sizes.area_id,
    own_sizes.boundary_version,
    coalesce(
        own_sizes.area_km2, case when fill_it and unsized_n = 0 and unplaced_n = 0 then parts_km2 end
    ) as area_km2,
    parts.parts_feed,
    parts.parts_level,
    parts.parts_n,
    parts.unsized_n,
    parts.unplaced_n,
    case
        when own_sizes.area_km2 is not null or (fill_it and unsized_n = 0 and unplaced_n = 0)
        then null
        when parts.parts_n > unsized_n
        then 'parts_may_not_fill'
        else 'no_boundary'
    end as reason_code
from own_sizes
left join parts_of_areas as parts on own_sizes.city_id = parts.city_id and own_sizes.area_id = parts.area_id
