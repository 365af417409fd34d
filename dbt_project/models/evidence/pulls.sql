-- Grain: city x feed x period asked for in the last pull: how the asking ended.
select pulls.*, exists (
        select 1 from {{ source('register', 'deliveries') }} as deliveries
        where deliveries.city_id = pulls.city_id and deliveries.feed_id = pulls.feed_id and deliveries.in_use) as has_fallback
from {{ source('register', 'pulls') }} as pulls
