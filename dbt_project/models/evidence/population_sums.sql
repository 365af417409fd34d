-- Grain: city x year x area x level below it: the people its areas add up to, beside the people of the area
-- itself.
with
    people as (
        select
            population.city_id,
            population.year,
            population.area_id,
            population.feed_id,
            areas.level,
            areas.parent_id,
            population.persons
        from {{ ref('population_values') }} as population
        inner join
            {{ ref('stg_areas') }} as areas
            on population.city_id = areas.city_id
            and population.area_id = areas.area_id
        where population.sex = '_T' and population.age = '_T' and population.other_dim = ''
    ),

    units as (
        select ancestors.city_id, ancestors.ancestor_id, areas.level, count(*) as areas_n
        from {{ ref('area_ancestors') }} as ancestors
        inner join
            {{ ref('stg_areas') }} as areas
            on ancestors.city_id = areas.city_id
            and ancestors.area_id = areas.area_id
        where ancestors.area_id <> ancestors.ancestor_id
        group by all
    ),

    parts as (
        select
            people.city_id,
            people.year,
            ancestors.ancestor_id as area_id,
            people.level,
            min(people.feed_id) as feed_id,
            sum(people.persons) as parts,
            count(*) as parts_n
        from people
        inner join
            {{ ref('area_ancestors') }} as ancestors
            on people.city_id = ancestors.city_id
            and people.area_id = ancestors.area_id
        where ancestors.ancestor_id <> people.area_id
        group by all
    )

select
    parts.city_id,
    parts.year,
    parts.area_id,
    parts.level,
    parts.feed_id,
    cast(parts.parts as bigint) as parts,
    cast(whole.persons as bigint) as whole,
    parts.parts_n,
    units.areas_n,
    names.name as area_name,
    names.level as whole_level
from parts
inner join
    people as whole
    on parts.city_id = whole.city_id
    and parts.year = whole.year
    and parts.area_id = whole.area_id
inner join
    units on parts.city_id = units.city_id and parts.area_id = units.ancestor_id and parts.level = units.level
inner join {{ ref('stg_areas') }} as names on parts.city_id = names.city_id and parts.area_id = names.area_id
