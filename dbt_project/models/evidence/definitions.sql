-- Grain: city x feed x indicator it gives for the city: how near its definition comes to the catalogue's.
select distinct given.city_id, given.feed_id, given.indicator_id, feeds.concept_match, feeds.differs
from {{ ref('source_values') }} as given
inner join
    {{ source('run_records', 'feeds') }} as feeds
    on given.city_id = feeds.city_id
    and given.feed_id = feeds.feed_id
