-- Grain: city x area x area that contains it (itself included).
with recursive
    climbing as (
        select city_id, area_id, area_id as ancestor_id, parent_id as next_id, 0 as steps
        from {{ ref('city_areas') }}
        union all
        select climbing.city_id, climbing.area_id, parents.area_id, parents.parent_id, climbing.steps + 1
        from climbing
        inner join
            {{ ref('city_areas') }} as parents
            on climbing.city_id = parents.city_id
            and climbing.next_id = parents.area_id
        -- A hierarchy that bites its own tail must not run for ever.
        where climbing.steps < 8
    )

select climbing.city_id, climbing.area_id, climbing.ancestor_id, areas.level as ancestor_level, climbing.steps
from climbing
inner join
    {{ ref('city_areas') }} as areas
    on climbing.city_id = areas.city_id
    and climbing.ancestor_id = areas.area_id
