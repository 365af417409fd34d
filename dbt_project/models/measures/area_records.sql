-- Grain: city x feed of records: how many an area below the city has in it, of the areas it names.
select cells.city_id, cells.feed_id, sum(cells.amount) / count(distinct cells.area_id) as records
from {{ ref('cells') }} as cells
inner join {{ ref('city_areas') }} as areas on cells.city_id = areas.city_id and cells.area_id = areas.area_id
where
    cells.margin in ('', 'T') and cells.unknown_area is null and areas.level in ('district', 'neighbourhood')
group by all
