-- Grain: finding. Crimes of which the police learn in part: the share of victims who report them, or that
-- nobody
-- has asked them (G06).
with
    reported_share as (
        select
            'reported_share' as rule_id,
            city_id,
            indicator_id,
            round(dark_figures.reported_pct, 1) as reported_pct,
            survey_year as year,
            round(dark_figures.reported_pct, 1) / 100 as share_reported
        from {{ ref('dark_figures') }} as dark_figures
        where dark_figures.reported_pct is not null
    ),

    reported_unknown as (
        select 'reported_unknown' as rule_id, city_id, indicator_id, 0 as surveys_n, 1 as share_unknown
        from {{ ref('dark_figures') }}
        where reported_pct is null
    )

select *
from reported_share
union all by name
select *
from reported_unknown
