-- Grain: city x feed x series x period: what the first and the latest delivery said of it, and when. The
-- last period of a delivery that holds
-- many is left out: it was still running. A delivery asked for by its period holds what had ended.
with
    vintages as (
        select
            city_id,
            feed_id,
            series,
            period,
            delivery_period,
            vintage,
            retrieved_at,
            coalesce(amount, rows) as said,
            max(period) over (partition by city_id, feed_id, sha256, delivery_period) as newest
        from {{ source('run_records', 'volumes') }}
    ),

    -- Rows of one period may stand in the deliveries of several, each with vintages of its own.
    by_delivery as (
        select
            city_id,
            feed_id,
            series,
            period,
            delivery_period,
            count(*) as deliveries,
            arg_min(said, vintage) as first_said,
            arg_max(said, vintage) as latest_said,
            min(retrieved_at) as first_retrieved,
            max(retrieved_at) as latest_retrieved
        from vintages
        where delivery_period is not null or period < newest or period is null
        group by all
    ),

    compared as (
        select
            city_id,
            feed_id,
            series,
            period,
            max(deliveries) as deliveries,
            sum(first_said) as first_said,
            sum(latest_said) as latest_said,
            min(first_retrieved) as first_retrieved,
            max(latest_retrieved) as latest_retrieved
        from by_delivery
        group by all
        having max(deliveries) > 1
    )

select
    city_id,
    feed_id,
    series,
    period,
    deliveries,
    first_said,
    latest_said,
    first_retrieved,
    latest_retrieved,
    (latest_said - first_said) / nullif(first_said, 0) as change,
    -- A case or two more among twenty is no restatement.
    abs(latest_said - first_said) > 2 * sqrt(greatest(first_said, 1)) as beyond_chance
from compared
