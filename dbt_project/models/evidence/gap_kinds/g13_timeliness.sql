-- Grain: finding. Feeds whose newest data are older than their cadence lets expect, and series that
-- the contract closes before the assessment's last year is over (G13).
with
    late as (
        select
            'late' as rule_id,
            city_id,
            feed_id,
            covers_to as period_start,
            feed_states.as_of as period_end,
            covers_to as last_day,
            days_overdue as days,
            feed_states.as_of as as_of,
            case when monthly then 1 else 0 end as finer,
            case when feed_states.stale then 1 else 0 end as stale,
            case when monthly then days_overdue end as days_overdue_monthly,
            case when not monthly then days_overdue end as days_overdue_yearly
        from {{ ref('feed_states') }} as feed_states
        where days_overdue > 0
    ),

    -- Nothing of a closed series is late; the years after it need another source.
    closed_early as (
        select
            'closed_early' as rule_id,
            feeds.city_id,
            feeds.feed_id,
            'closed' as dimension,
            feeds.covers_to as last_day,
            cities.last_year,
            cities.last_year - year(feeds.covers_to) as years_after
        from {{ ref('feed_states') }} as feeds
        inner join {{ ref('cities') }} as cities on feeds.city_id = cities.city_id
        where feeds.closed and feeds.covers_to < make_date(cities.last_year, 12, 31)
    )

select *
from late
union all by name
select *
from closed_early
