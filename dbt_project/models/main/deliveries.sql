-- Grain: city x delivery.
with
    broken as (
        select
            city_id,
            asset,
            string_agg(
                check_name || ' (' || cast(failed_rows as varchar) || ')',
                ', '
                order by failed_rows desc, check_name
            ) as rules
        from {{ source('run_records', 'checks') }}
        where failed_rows > 0
        group by all
    )

select
    deliveries.*,
    broken.rules,
    bool_or(deliveries.in_use) over (partition by deliveries.city_id, deliveries.feed_id) as has_fallback
from {{ source('run_records', 'deliveries') }} as deliveries
inner join
    {{ source('run_records', 'feeds') }} as feeds
    on deliveries.city_id = feeds.city_id
    and deliveries.feed_id = feeds.feed_id
left join
    broken
    on deliveries.city_id = broken.city_id
    and broken.asset = 'conformed/' || feeds.shape || '/' || feeds.feed_id
