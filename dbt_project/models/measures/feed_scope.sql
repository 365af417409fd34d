-- Grain: city x feed x area the feed speaks for: its extent and everything below it.
-- `promised` marks the areas for which the absence of rows can mean zero.
with feeds as (
    select city_id, feed_id, extent_area, spatial_levels
    from {{ source('register', 'feeds') }}
)

select
    feeds.city_id, feeds.feed_id, ancestors.area_id, areas.level,
    (ancestors.area_id = feeds.extent_area or {{ in_list('areas.level', "replace(feeds.spatial_levels, ',', ';')") }}) as promised
from feeds
inner join {{ ref('area_ancestors') }} as ancestors
    on feeds.city_id = ancestors.city_id and feeds.extent_area = ancestors.ancestor_id
inner join {{ ref('stg_areas') }} as areas
    on ancestors.city_id = areas.city_id and ancestors.area_id = areas.area_id
