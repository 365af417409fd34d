-- Grain: city x pair of areas of one level whose boundaries overlap: the ground they share, the ground of
-- the level, and how much of that lies in two areas or more.
select
    pairs.city_id,
    levels.feed_id,
    pairs.level,
    pairs.area_id,
    one.name as area_name,
    pairs.other_id,
    other.name as other_name,
    pairs.shared_km2,
    pairs.shared_km2 / least(pairs.area_km2, pairs.other_km2) as share_of_smaller,
    case when pairs.area_km2 < pairs.other_km2 then pairs.area_id else pairs.other_id end as smaller_id,
    levels.areas_n,
    levels.ground_km2,
    levels.doubled_km2,
    levels.doubled_km2 / levels.ground_km2 as share_in_two
from {{ source('run_records', 'area_overlaps') }} as pairs
inner join
    {{ source('run_records', 'level_grounds') }} as levels
    on pairs.city_id = levels.city_id
    and pairs.level = levels.level
inner join {{ ref('city_areas') }} as one on pairs.city_id = one.city_id and pairs.area_id = one.area_id
inner join
    {{ ref('city_areas') }} as other on pairs.city_id = other.city_id and pairs.other_id = other.area_id
