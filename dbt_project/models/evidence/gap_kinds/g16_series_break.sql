-- Grain: finding. Breaks in series: those that the owner declared, those the counts suggest, and
-- years in which the base of the residents changes (G16).
with
    declared_break as (
        select
            'declared_break' as rule_id,
            city_id,
            feed_id,
            -- A feed's first break keeps the name that its finding had when there could be one alone.
            case
                when row_number() over (partition by city_id, feed_id order by "date") = 1
                then 'declared'
                else 'declared ' || "date"
            end as dimension,
            "date" as break_date,
            any_value(breaks.cause) as cause,
            max(years_since) as years,
            cast("date" as date) as period_start
        from {{ ref('breaks') }} as breaks
        group by city_id, feed_id, "date"
    ),

    suspected_break as (
        select
            'suspected_break' as rule_id,
            city_id,
            indicator_id,
            'suspected' as dimension,
            period as month,
            round(shifts.before, 1) as before,
            round(shifts.after, 1) as after,
            score
        from {{ ref('level_shifts') }} as shifts
        where not declared and not trending and score > 0
    ),

    -- What the months already say is not said again of their year.
    suspected_year as (
        select
            'suspected_year' as rule_id,
            shifts.city_id,
            shifts.indicator_id,
            'suspected year' as dimension,
            shifts.year,
            round(shifts.before, 2) as before,
            round(shifts.after, 2) as after,
            shifts.score
        from {{ ref('annual_shifts') }} as shifts
        left join
            {{ ref('level_shifts') }} as months
            on shifts.city_id = months.city_id
            and shifts.indicator_id = months.indicator_id
            and not months.trending
            and abs(cast(left(months.period, 4) as integer) - shifts.year) <= 1
            and months.score >= 3.5
        where not shifts.declared and not shifts.trending and shifts.score > 0 and months.city_id is null
    ),

    -- One finding a year, about the largest area that it concerns.
    base_changed as (
        select
            'base_changed' as rule_id,
            city_id,
            feed_id,
            'base ' || cast(year as varchar) as dimension,
            year,
            arg_max(base_before, (persons, area_id)) as base_before,
            arg_max(base, (persons, area_id)) as base_after,
            count(*) as areas_n,
            make_date(year, 1, 1) as period_start
        from {{ ref('population_steps') }} as steps
        where steps.base_changed
        group by city_id, feed_id, year
    )

select *
from declared_break
union all by name
select *
from suspected_break
union all by name
select *
from base_changed
union all by name
select *
from suspected_year
