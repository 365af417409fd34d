-- Grain: finding. Breaks in series: those that the owner declared, and those the monthly counts suggest
-- (G16).
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
    )

select *
from declared_break
union all by name
select *
from suspected_break
