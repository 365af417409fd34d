-- Grain: city x indicator x two sources x year: how far they are apart. Few cases differ by chance: below twenty in both, only a difference chance
-- would hardly make counts (three standard errors).
select a.city_id, a.indicator_id, a.year, a.what, a.feed_id as feed_a, b.feed_id as feed_b, feeds_a.title as title_a, feeds_b.title as title_b,
    a.value as value_a, b.value as value_b, a.place_basis as basis_a, b.place_basis as basis_b,
    abs(ln((a.value + case when a.what = 'events' then 0.5 else 0 end) / (b.value + case when a.what = 'events' then 0.5 else 0 end))) as log_ratio,
    coalesce(a.place_basis = b.place_basis, true) as comparable,
    a.what <> 'events' or greatest(a.value, b.value) >= 20 or abs(a.value - b.value) > 3 * sqrt(a.value + b.value) as beyond_chance
from {{ ref('source_values') }} as a
inner join {{ ref('source_values') }} as b
    on a.city_id = b.city_id and a.indicator_id = b.indicator_id and a.year = b.year and a.what = b.what and a.feed_id < b.feed_id
inner join {{ source('register', 'feeds') }} as feeds_a on a.city_id = feeds_a.city_id and a.feed_id = feeds_a.feed_id
inner join {{ source('register', 'feeds') }} as feeds_b on b.city_id = feeds_b.city_id and b.feed_id = feeds_b.feed_id
where a.value is not null and b.value is not null and (a.what = 'events' or (a.value > 0 and b.value > 0))
  and (a.what <> 'events' or a.value + b.value > 0)
