-- Grain: city x indicator x area: the newest year's value for everybody of an area, with the area's outline.
with
    area_years as (
        select *
        from {{ ref('observations') }}
        where freq = 'A' and sex = '_T' and age = '_T' and other_dim is null and value is not null
    ),

    newest_values as (
        select *
        from area_years
        qualify row_number() over (partition by city_id, indicator_id, area_id order by period_start desc) = 1
    ),

    titles as (select distinct indicator_id, short_title from {{ ref('indicators') }})

select
    newest_values.city_id,
    newest_values.indicator_id,
    titles.short_title as indicator,
    areas.level as area_level,
    areas.area_id,
    areas.name as area,
    newest_values.period,
    newest_values.value,
    newest_values.unit,
    newest_values.obs_status,
    newest_values.quality_grade,
    areas.area_km2,
    areas.geometry
from newest_values
inner join titles on newest_values.indicator_id = titles.indicator_id
inner join
    {{ ref('areas') }} as areas
    on newest_values.city_id = areas.city_id
    and newest_values.area_id = areas.area_id
    and newest_values.boundary_version = areas.boundary_version
where areas.geometry is not null
