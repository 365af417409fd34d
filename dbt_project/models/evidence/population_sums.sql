-- Grain: city x year x area x level below it: the people its areas add up to, and the people of the area
-- itself.
with
    area_populations as (
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
            {{ ref('city_areas') }} as areas
            on population.city_id = areas.city_id
            and population.area_id = areas.area_id
        where population.sex = '_T' and population.age = '_T' and population.other_dim = ''
    ),

    area_counts as (
        select ancestors.city_id, ancestors.ancestor_id, areas.level, count(*) as areas_n
        from {{ ref('area_ancestors') }} as ancestors
        inner join
            {{ ref('city_areas') }} as areas
            on ancestors.city_id = areas.city_id
            and ancestors.area_id = areas.area_id
        where ancestors.area_id <> ancestors.ancestor_id
        group by all
    ),

    sums_of_parts as (
        select
            area_populations.city_id,
            area_populations.year,
            ancestors.ancestor_id as area_id,
            area_populations.level,
            min(area_populations.feed_id) as feed_id,
            sum(area_populations.persons) as parts,
            count(*) as parts_n
        from area_populations
        inner join
            {{ ref('area_ancestors') }} as ancestors
            on area_populations.city_id = ancestors.city_id
            and area_populations.area_id = ancestors.area_id
        where ancestors.ancestor_id <> area_populations.area_id
        group by all
    )

select
    sums_of_parts.city_id,
    sums_of_parts.year,
    sums_of_parts.area_id,
    sums_of_parts.level,
    sums_of_parts.feed_id,
    cast(sums_of_parts.parts as bigint) as parts,
    cast(whole.persons as bigint) as whole,
    sums_of_parts.parts_n,
    area_counts.areas_n,
    area_names.name as area_name,
    area_names.level as whole_level
from sums_of_parts
inner join
    area_populations as whole
    on sums_of_parts.city_id = whole.city_id
    and sums_of_parts.year = whole.year
    and sums_of_parts.area_id = whole.area_id
inner join
    area_counts
    on sums_of_parts.city_id = area_counts.city_id
    and sums_of_parts.area_id = area_counts.ancestor_id
    and sums_of_parts.level = area_counts.level
inner join
    {{ ref('city_areas') }} as area_names
    on sums_of_parts.city_id = area_names.city_id
    and sums_of_parts.area_id = area_names.area_id
