-- Grain: city x theme: the ways to report that function in the newest year attested, and the districts
-- without any.
with
    newest_periods as (
        select city_id, theme, max(period) as period from {{ ref('stg_reporting_channels') }} group by all
    ),

    functioning_channels as (
        select
            channels.city_id,
            channels.theme,
            channels.period,
            channels.channel,
            coalesce(channels.area_id, cities.city_area) as area_id
        from {{ ref('stg_reporting_channels') }} as channels
        inner join newest_periods using (city_id, theme, period)
        inner join {{ source('run_records', 'cities') }} as cities on channels.city_id = cities.city_id
        where channels.functioning = 'yes'
    ),

    channel_counts as (
        select
            city_id,
            theme,
            count(distinct channel) as channels_n,
            array_to_string(list(distinct channel order by channel), ', ') as channels,
            any_value(period) as period
        from functioning_channels
        group by all
    ),

    served_areas as (
        select distinct functioning_channels.city_id, functioning_channels.theme, ancestors.area_id
        from functioning_channels
        inner join
            {{ ref('area_ancestors') }} as ancestors
            on functioning_channels.city_id = ancestors.city_id
            and functioning_channels.area_id = ancestors.ancestor_id
    ),

    unserved_areas as (
        select
            channel_counts.city_id,
            channel_counts.theme,
            list(distinct areas.name order by areas.name) as areas
        from channel_counts
        inner join
            {{ ref('city_areas') }} as areas
            on channel_counts.city_id = areas.city_id
            and areas.level = 'district'
        anti join
            served_areas
            on channel_counts.city_id = served_areas.city_id
            and channel_counts.theme = served_areas.theme
            and areas.area_id = served_areas.area_id
        group by all
    )

select
    cities.city_id,
    themes.code as theme_code,
    themes.label as theme,
    count(channel_counts.period) over (partition by cities.city_id) > 0 as any_listed,
    coalesce(channel_counts.channels_n, 0) as channels_n,
    channel_counts.channels,
    channel_counts.period,
    coalesce(len(unserved_areas.areas), 0) as areas_without,
    array_to_string(unserved_areas.areas[1:8], ', ') as areas
from {{ source('run_records', 'cities') }} as cities
cross join (select code, label from {{ ref('codelists') }} where list = 'theme') as themes
left join channel_counts on cities.city_id = channel_counts.city_id and themes.code = channel_counts.theme
left join unserved_areas on cities.city_id = unserved_areas.city_id and themes.code = unserved_areas.theme
