-- Grain: city x theme: the ways to report that function in the newest year attested, and the districts
-- without any.
with
    newest as (
        select city_id, theme, max(period) as period from {{ ref('stg_reporting_channels') }} group by all
    ),

    working as (
        select
            channels.city_id,
            channels.theme,
            channels.period,
            channels.channel,
            coalesce(channels.area_id, cities.city_area) as area_id
        from {{ ref('stg_reporting_channels') }} as channels
        inner join newest using (city_id, theme, period)
        inner join {{ source('run_records', 'cities') }} as cities on channels.city_id = cities.city_id
        where channels.functioning = 'yes'
    ),

    counted as (
        select
            city_id,
            theme,
            count(distinct channel) as channels_n,
            array_to_string(list(distinct channel order by channel), ', ') as channels,
            any_value(period) as period
        from working
        group by all
    ),

    served as (
        select distinct working.city_id, working.theme, ancestors.area_id
        from working
        inner join
            {{ ref('area_ancestors') }} as ancestors
            on working.city_id = ancestors.city_id
            and working.area_id = ancestors.ancestor_id
    ),

    unserved as (
        select counted.city_id, counted.theme, list(distinct areas.name order by areas.name) as areas
        from counted
        inner join
            {{ ref('stg_areas') }} as areas on counted.city_id = areas.city_id and areas.level = 'district'
        anti join
            served
            on counted.city_id = served.city_id
            and counted.theme = served.theme
            and areas.area_id = served.area_id
        group by all
    )

select
    cities.city_id,
    themes.code as theme_code,
    themes.label as theme,
    count(counted.period) over (partition by cities.city_id) > 0 as any_listed,
    coalesce(counted.channels_n, 0) as channels_n,
    counted.channels,
    counted.period,
    coalesce(len(unserved.areas), 0) as areas_without,
    array_to_string(unserved.areas[1:8], ', ') as areas
from {{ source('run_records', 'cities') }} as cities
cross join (select code, label from {{ ref('codelists') }} where list = 'theme') as themes
left join counted on cities.city_id = counted.city_id and themes.code = counted.theme
left join unserved on cities.city_id = unserved.city_id and themes.code = unserved.theme
