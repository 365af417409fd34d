-- Grain: finding. Ways for people to report: none listed at all, none or one for a theme, or districts
-- without any (G21).
with
    no_list as (
        select
            'no_list' as rule_id,
            city_id,
            'all themes' as dimension,
            count(*) as themes_n,
            0 as listed_n,
            themes_n as expected_n,
            0 as available_n,
            0 as channels_n
        from {{ ref('reporting_channels') }}
        group by city_id
        having count(period) = 0
    ),

    no_channel as (
        select 'no_channel' as rule_id, city_id, theme_code as dimension, theme, channels_n
        from {{ ref('reporting_channels') }}
        where channels_n = 0 and any_listed
    ),

    one_channel as (
        select 'one_channel' as rule_id, city_id, theme_code as dimension, theme, channels_n, channels
        from {{ ref('reporting_channels') }}
        where channels_n = 1
    ),

    areas_without_channel as (
        select
            'areas_without_channel' as rule_id,
            city_id,
            theme_code as dimension,
            theme,
            areas_without as areas_n,
            areas as missing
        from {{ ref('reporting_channels') }}
        where areas_without > 0
    )

select *
from no_list
union all by name
select *
from no_channel
union all by name
select *
from one_channel
union all by name
select *
from areas_without_channel
