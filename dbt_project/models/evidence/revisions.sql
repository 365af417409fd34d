-- Grain: city x feed x series x period: the amounts the first and the latest delivery report, and when.
-- The last period of a delivery that holds many is left out: it was still running. A delivery asked for by
-- its period holds what had ended.
with
    reported_amounts as (
        select
            city_id,
            feed_id,
            series,
            period,
            delivery_period,
            vintage,
            retrieved_at,
            coalesce(amount, rows) as amount,
            max(period) over (partition by city_id, feed_id, sha256, delivery_period) as newest
        from {{ source('run_records', 'volumes') }}
    ),

    -- Rows of one period may be in the deliveries of several, each with vintages of its own.
    first_and_latest as (
        select
            city_id,
            feed_id,
            series,
            period,
            delivery_period,
            count(*) as deliveries,
            arg_min(amount, vintage) as first_reported,
            arg_max(amount, vintage) as latest_reported,
            min(retrieved_at) as first_retrieved,
            max(retrieved_at) as latest_retrieved
        from reported_amounts
        where delivery_period is not null or period < newest or period is null
        group by all
    ),

    periods_reported_twice as (
        select
            city_id,
            feed_id,
            series,
            period,
            max(deliveries) as deliveries,
            sum(first_reported) as first_reported,
            sum(latest_reported) as latest_reported,
            min(first_retrieved) as first_retrieved,
            max(latest_retrieved) as latest_retrieved
        from first_and_latest
        group by all
        having max(deliveries) > 1
    )

select
    city_id,
    feed_id,
    series,
    period,
    deliveries,
    first_reported,
    latest_reported,
    first_retrieved,
    latest_retrieved,
    (latest_reported - first_reported) / nullif(first_reported, 0) as change,
    -- A case or two more among twenty is no restatement.
    abs(latest_reported - first_reported) > 2 * sqrt(greatest(first_reported, 1)) as beyond_chance
from periods_reported_twice
