-- Grain: city x area: square kilometres, its own or the sum of its children's if none of those is missing.
with
    own_sizes as (
        select city_id, area_id, parent_id, boundary_version, area_km2 from {{ ref('city_areas') }}
    ),

    children as (
        select
            city_id,
            parent_id as area_id,
            {{ steady_sum('area_km2') }} as area_km2,
            count(*) as children,
            count(area_km2) as sized
        from own_sizes
        where parent_id is not null
        group by city_id, parent_id
    )

select
    own_sizes.city_id,
    own_sizes.area_id,
    own_sizes.boundary_version,
    coalesce(
        own_sizes.area_km2, case when children.children = children.sized then children.area_km2 end
    ) as area_km2
from own_sizes
left join children on own_sizes.city_id = children.city_id and own_sizes.area_id = children.area_id
