-- Grain: city x feed x period the last pull could not fetch: why, and whether an earlier delivery can be
-- used instead.
select
    pulls.*,
    exists (
        select 1
        from {{ source('run_records', 'deliveries') }} as deliveries
        where deliveries.city_id = pulls.city_id and deliveries.feed_id = pulls.feed_id and deliveries.in_use
    ) as has_fallback
from {{ source('run_records', 'pulls') }} as pulls
