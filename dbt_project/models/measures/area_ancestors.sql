-- Grain: city x area x area that contains it (itself included).
with recursive
    ancestors as (
        select city_id, area_id, area_id as ancestor_id, parent_id as next_id, 0 as steps
        from {{ ref('city_areas') }}
        union all
        select ancestors.city_id, ancestors.area_id, parents.area_id, parents.parent_id, ancestors.steps + 1
        from ancestors
        inner join
            {{ ref('city_areas') }} as parents
            on ancestors.city_id = parents.city_id
            and ancestors.next_id = parents.area_id
        -- A hierarchy that bites its own tail must not run for ever.
        where ancestors.steps < 8
    )

select
    ancestors.city_id,
    ancestors.area_id,
    ancestors.ancestor_id,
    areas.level as ancestor_level,
    ancestors.steps
from ancestors
inner join
    {{ ref('city_areas') }} as areas
    on ancestors.city_id = areas.city_id
    and ancestors.ancestor_id = areas.area_id
