-- Grain: city x indicator the catalogue asks for by district: how finely its figures are known, and how
-- many people live in a unit.
with
    district_sizes as (
        select
            cells.city_id,
            cells.indicator_id,
            any_value(cells.core_flag) as core_flag,
            median(people.people) filter (where cells.area_level = 'district') as median_people
        from {{ ref('expected_cells') }} as cells
        left join
            {{ ref('newest_people') }} as people
            on cells.city_id = people.city_id
            and cells.area_id = people.area_id
        where
            not cells.is_optional
            and exists (
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

    -- Figures below the city, of any source, year and length of time. One that is suppressed exists, too.
    values_below_city as (
        select
            observations.city_id,
            lines.line as indicator_id,
            bool_or(observations.area_level = 'neighbourhood') as neighbourhoods_known,
            count(distinct observations.area_id) filter (
                where observations.area_level = 'district'
            ) as districts_known
        from {{ ref('observations') }} as observations
        inner join {{ ref('forms_of_lines') }} as lines on observations.indicator_id = lines.indicator_id
        where
            observations.area_level in ('district', 'neighbourhood')
            and (
                observations.value is not null
                or observations.obs_status = 'Q'
                or observations.numerator is not null
            )
        group by observations.city_id, lines.line
    )

select
    district_sizes.city_id,
    district_sizes.indicator_id,
    requirements.finest_level,
    coalesce(values_below_city.districts_known, 0) as districts_known,
    coalesce(values_below_city.neighbourhoods_known, false) as neighbourhoods_known,
    cast(district_sizes.median_people as bigint) as median_people,
    requirements.crime_or_perception
from district_sizes
inner join
    {{ ref('requirements') }} as requirements
    on district_sizes.indicator_id = requirements.indicator_id
    and requirements.finest_level = 'district'
left join
    values_below_city
    on district_sizes.city_id = values_below_city.city_id
    and district_sizes.indicator_id = values_below_city.indicator_id
