-- Grain: city x indicator the catalogue asks for by district: how finely its figures are known, and how
-- many people live in a unit.
with
    district_counts as (
        select
            cells.city_id,
            cells.indicator_id,
            any_value(cells.core_flag) as core_flag,
            count(distinct cells.area_id) filter (
                where
                    cells.area_level = 'district'
                    and cells.state not in ('missing', 'partial', 'not_required')
            ) as districts_known,
            median(people.people) filter (where cells.area_level = 'district') as median_people
        from {{ ref('expected_cells') }} as cells
        left join
            {{ ref('newest_people') }} as people
            on cells.city_id = people.city_id
            and cells.area_id = people.area_id
        where
            exists (
                select 1
                from {{ ref('expected_cells') }} as own
                where
                    own.city_id = cells.city_id
                    and own.indicator_id = cells.indicator_id
                    and own.area_level = 'city'
                    and own.state not in ('missing', 'partial', 'not_required')
            )
        group by cells.city_id, cells.indicator_id
    ),

    -- A figure for neighbourhoods is finer than one for districts.
    neighbourhood_values as (
        select distinct observations.city_id, lines.line as indicator_id
        from {{ ref('observations') }} as observations
        inner join {{ ref('indicator_lines') }} as lines on observations.indicator_id = lines.indicator_id
        where observations.area_level = 'neighbourhood' and observations.value is not null
    )

select
    district_counts.city_id,
    district_counts.indicator_id,
    requirements.finest_level,
    district_counts.districts_known,
    neighbourhood_values.indicator_id is not null as neighbourhoods_known,
    cast(district_counts.median_people as bigint) as median_people,
    requirements.crime_or_perception
from district_counts
inner join
    {{ ref('requirements') }} as requirements
    on district_counts.indicator_id = requirements.indicator_id
    and requirements.finest_level = 'district'
left join
    neighbourhood_values
    on district_counts.city_id = neighbourhood_values.city_id
    and district_counts.indicator_id = neighbourhood_values.indicator_id
