-- Grain: city x feed x series x period: what the first and the latest delivery said of it. The last period of a delivery is left out:
-- it was still running.
with vintages as (
    select city_id, feed_id, series, period, vintage, retrieved_at, coalesce(amount, rows) as said,
        max(period) over (partition by city_id, feed_id, sha256) as newest
    from {{ source('register', 'volumes') }}
),

compared as (
    select city_id, feed_id, series, period, count(*) as deliveries,
        arg_min(said, vintage) as first_said, arg_max(said, vintage) as latest_said
    from vintages
    where period < newest or period is null
    group by all
    having count(*) > 1
)

select city_id, feed_id, series, period, deliveries, first_said, latest_said, (latest_said - first_said) / nullif(first_said, 0) as change,
    -- A case or two more among twenty is no restatement.
    abs(latest_said - first_said) > 2 * sqrt(greatest(first_said, 1)) as beyond_chance
from compared
