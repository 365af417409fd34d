-- Grain: city x area x boundary version.
select
    areas.city_id,
    areas.area_id,
    areas.parent_id,
    areas.level,
    areas.name,
    areas.boundary_version,
    sizes.area_km2,
    areas.geometry
from {{ ref('city_areas') }} as areas
inner join {{ ref('area_sizes') }} as sizes on areas.city_id = sizes.city_id and areas.area_id = sizes.area_id
