-- Grain: city x indicator x area below the city, in the newest year that has a value for an area of its
-- level. An area's rank lies between two places: behind those surely above it, before those surely below
-- it. Surely is where the 95% intervals do not meet. An area without an interval is not ranked, and says
-- why.
with
    area_years as (
        select observations.*
        from {{ ref('observations') }} as observations
        where
            observations.area_level not in ('country', 'county', 'city')
            and observations.freq = 'A'
            and observations.sex = '_T'
            and observations.age = '_T'
            and observations.other_dim is null
    ),

    newest_years as (
        select city_id, indicator_id, area_level, max(period) as period
        from area_years
        where value is not null
        group by city_id, indicator_id, area_level
    ),

    compared_areas as (
        select area_years.*, area_years.ci_low is not null and area_years.ci_high is not null as is_ranked
        from area_years
        inner join
            newest_years
            on area_years.city_id = newest_years.city_id
            and area_years.indicator_id = newest_years.indicator_id
            and area_years.area_level = newest_years.area_level
            and area_years.period = newest_years.period
    ),

    ranked_areas as (
        select
            one.city_id,
            one.indicator_id,
            one.area_id,
            1 + count(*) filter (where other.ci_low > one.ci_high) as rank_from,
            count(*) - count(*) filter (where other.ci_high < one.ci_low) as rank_to,
            count(*) as areas_ranked
        from compared_areas as one
        inner join
            compared_areas as other
            on one.city_id = other.city_id
            and one.indicator_id = other.indicator_id
            and one.area_level = other.area_level
        where one.is_ranked and other.is_ranked
        group by one.city_id, one.indicator_id, one.area_id
    ),

    area_names as (
        select city_id, area_id, arg_max(name, boundary_version) as name
        from {{ ref('areas') }}
        group by city_id, area_id
    ),

    titles as (select distinct indicator_id, short_title, direction from {{ ref('indicators') }})

select
    compared_areas.city_id,
    compared_areas.indicator_id,
    titles.short_title as indicator,
    compared_areas.area_level,
    compared_areas.area_id,
    area_names.name as area,
    compared_areas.period,
    compared_areas.value,
    compared_areas.unit,
    compared_areas.ci_low,
    compared_areas.ci_high,
    compared_areas.obs_status,
    titles.direction,
    ranked_areas.rank_from,
    ranked_areas.rank_to,
    ranked_areas.areas_ranked,
    case
        when compared_areas.value is null
        then compared_areas.reason_code
        when not compared_areas.is_ranked
        then 'no_interval'
    end as reason_code
from compared_areas
inner join titles on compared_areas.indicator_id = titles.indicator_id
inner join
    area_names on compared_areas.city_id = area_names.city_id and compared_areas.area_id = area_names.area_id
left join
    ranked_areas
    on compared_areas.city_id = ranked_areas.city_id
    and compared_areas.indicator_id = ranked_areas.indicator_id
    and compared_areas.area_id = ranked_areas.area_id
