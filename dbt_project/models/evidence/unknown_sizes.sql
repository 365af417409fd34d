-- Grain: city x area without a boundary of its own whose parts are not known to be all of it.
select
    sizes.city_id,
    sizes.parts_feed as feed_id,
    sizes.area_id,
    areas.name as area_name,
    areas.level as whole_level,
    sizes.parts_level as level,
    sizes.parts_n,
    sizes.unsized_n,
    sizes.unplaced_n
from {{ ref('area_sizes') }} as sizes
inner join {{ ref('city_areas') }} as areas on sizes.city_id = areas.city_id and sizes.area_id = areas.area_id
where sizes.reason_code = 'parts_may_not_fill'
