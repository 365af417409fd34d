-- Grain: finding. Crimes of which the police learn in part: the share of their victims who report them, or
-- that
-- nobody has asked these victims (G06). A share of victims of any crime says nothing of one of them.
with
    reported_share as (
        select
            'reported_share' as rule_id,
            city_id,
            indicator_id,
            asked,
            round(dark_figures.reported_pct, 1) as reported_pct,
            survey_year as year,
            round(dark_figures.reported_pct, 1) / 100 as share_reported
        from {{ ref('dark_figures') }} as dark_figures
        where dark_figures.reported_pct is not null
    ),

    crimes_unasked as (
        select
            city_id,
            'gov.victim_reporting_rate' as indicator_id,
            {{ first_few('crime', 'crime') }} as missing,
            count(*) as crimes_n,
            any_value(dark_figures.any_crime_pct) as any_crime_pct,
            any_value(any_crime_year) as year,
            1 as share_unknown
        from {{ ref('dark_figures') }} as dark_figures
        where dark_figures.reported_pct is null
        group by city_id
    ),

    reported_of_any_crime as (
        select
            'reported_of_any_crime' as rule_id,
            city_id,
            indicator_id,
            missing,
            crimes_n,
            round(unasked.any_crime_pct, 1) as reported_pct,
            year,
            share_unknown
        from crimes_unasked as unasked
        where unasked.any_crime_pct is not null
    ),

    reported_unknown as (
        select 'reported_unknown' as rule_id, city_id, indicator_id, missing, crimes_n, share_unknown
        from crimes_unasked as unasked
        where unasked.any_crime_pct is null
    )

select *
from reported_share
union all by name
select *
from reported_of_any_crime
union all by name
select *
from reported_unknown
