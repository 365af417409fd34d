-- Grain: finding. Indicators that a feed gives less often than the assessment needs them (G03).
with
    -- A series that its contract closes is no longer collected at all (G13, closed_early).
    rhythms as (
        select rhythms.*
        from {{ ref('collection_rhythm') }} as rhythms
        anti join
            (select * from {{ ref('feed_states') }} where closed) as closed
            on rhythms.city_id = closed.city_id
            and rhythms.feed_id = closed.feed_id
    ),

    rare as (
        select
            'rare' as rule_id,
            city_id,
            feed_id,
            indicator_id,
            periods_n as available_n,
            cast(months_found as integer) as months_found,
            months_needed,
            periods_n,
            first_year as first_period,
            last_year as last_period,
            round(rhythms.months_found / months_needed, 4) as ratio,
            round(irregularity, 4) as irregularity
        from rhythms
        where periods_n > 1
    ),

    -- One figure alone, though the window is long enough for several.
    once as (
        select
            'once' as rule_id,
            city_id,
            feed_id,
            indicator_id,
            1 as available_n,
            last_year as year,
            months_needed,
            1 as one_off
        from rhythms
        where periods_n = 1 and several_needed
    )

select *
from rare
union all by name
select *
from once
