-- Grain: finding. Feeds whose newest data are older than their cadence lets expect (G13).
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
    )

select *
from late
