-- Grain: finding. Records that came more than once under one key (G20).
with
    doubled as (
        select
            'doubled' as rule_id,
            city_id,
            feed_id,
            cast(sum(rows_in) as bigint) as total_n,
            cast(sum(rows_duplicate) as bigint) as bad_n,
            bad_n / total_n as share_doubled,
            total_n as expected_n,
            total_n - bad_n as available_n
        from {{ ref('deliveries') }}
        where in_use
        group by city_id, feed_id
        having bad_n > 0
    )

select *
from doubled
