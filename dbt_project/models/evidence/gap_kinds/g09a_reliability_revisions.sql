-- Grain: finding. Series whose amounts change from the first to the latest delivery (G09a).
with
    revised as (
        select
            'revised' as rule_id,
            city_id,
            feed_id,
            series,
            nullif(series, '') as dimension,
            count(*) as periods_n,
            round(100 * avg(abs(change) order by abs(change)), 1) as revision_pct,
            case when avg(change order by change) >= 0 then 'upwards' else 'downwards' end as direction,
            avg(abs(change) order by abs(change)) as mean_change,
            max(abs(change)) filter (where beyond_chance) as largest_change,
            median(abs(change)) as usual_change,
            arg_max(period, (abs(change), period)) as largest_period,
            arg_max(first_reported, (abs(change), period)) as largest_first,
            arg_max(latest_reported, (abs(change), period)) as largest_latest,
            case
                when largest_change > 0.05 then largest_change / nullif(usual_change, 0)
            end as largest_to_usual
        from {{ ref('revisions') }}
        where first_reported > 0
        group by city_id, feed_id, series
        having periods_n >= 6 and mean_change > 0
    )

select *
from revised
