-- Grain: city x figure x other city with a figure of the same indicator and period. A view: of a thousand
-- cities nobody wants every pair at once.
select
    own.city_id,
    own.city,
    own.indicator_id,
    own.freq,
    own.period,
    own.value,
    own.unit,
    own.obs_status,
    peers.city_id as comparator_id,
    peers.city as comparator_name,
    {{ compared('own', 'peers') }}
from {{ source('releases', 'figures') }} as own
inner join
    {{ source('releases', 'figures') }} as peers
    on own.city_id <> peers.city_id
    and own.indicator_id = peers.indicator_id
    and own.freq = peers.freq
    and own.period = peers.period
