-- Grain: city x feed x area the feed speaks for: its extent and everything below it.
-- `promised` marks the areas for which the absence of rows can mean zero: not one of which nothing was ever
-- heard, where a whole area's records lie
-- under a code that no boundary knows. They may be its own.
with
    feeds as (select city_id, feed_id, extent_area, spatial_levels from {{ source('run_records', 'feeds') }}),

    lost as (
        select city_id, feed_id, unknown_area as code, sum(amount) as records
        from {{ ref('cells') }}
        where unknown_area is not null
        group by all
        union all
        select city_id, feed_id, code, records
        from {{ source('run_records', 'unmapped_codes') }}
        where "column" = 'area_id'
    ),

    astray as (
        select distinct lost.city_id, lost.feed_id
        from lost
        left join
            {{ ref('area_records') }} as usual
            on lost.city_id = usual.city_id
            and lost.feed_id = usual.feed_id
        where lost.records > coalesce(usual.records, 0) / 2
    ),

    heard as (
        select distinct cells.city_id, cells.feed_id, ancestors.ancestor_id as area_id
        from {{ ref('cells') }} as cells
        inner join
            {{ ref('area_ancestors') }} as ancestors
            on cells.city_id = ancestors.city_id
            and cells.area_id = ancestors.area_id
    )

select
    feeds.city_id,
    feeds.feed_id,
    ancestors.area_id,
    areas.level,
    ancestors.area_id = feeds.extent_area
    or (
        {{ in_list('areas.level', "replace(feeds.spatial_levels, ',', ';')") }}
        and (astray.feed_id is null or heard.area_id is not null)
    ) as promised
from feeds
inner join
    {{ ref('area_ancestors') }} as ancestors
    on feeds.city_id = ancestors.city_id
    and feeds.extent_area = ancestors.ancestor_id
inner join
    {{ ref('city_areas') }} as areas
    on ancestors.city_id = areas.city_id
    and ancestors.area_id = areas.area_id
left join astray on feeds.city_id = astray.city_id and feeds.feed_id = astray.feed_id
left join
    heard
    on feeds.city_id = heard.city_id
    and feeds.feed_id = heard.feed_id
    and ancestors.area_id = heard.area_id
