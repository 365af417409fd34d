-- Grain: city x area x level of the areas in it: what those leave out of its boundary, and what of theirs
-- lies beyond it. Where one of them has no boundary, nobody knows what is left out.
select
    fits.city_id,
    fits.feed_id,
    fits.area_id,
    areas.name as area_name,
    areas.level as whole_level,
    fits.level,
    fits.children_n,
    fits.drawn_n,
    fits.area_km2,
    fits.children_km2,
    case when fits.drawn_n = fits.children_n then fits.left_out_km2 end as left_out_km2,
    case
        when fits.drawn_n = fits.children_n then fits.left_out_km2 / nullif(fits.area_km2, 0)
    end as share_left_out,
    fits.beyond_km2,
    fits.beyond_km2 / nullif(fits.children_km2, 0) as share_beyond
from {{ source('run_records', 'area_fits') }} as fits
inner join {{ ref('city_areas') }} as areas on fits.city_id = areas.city_id and fits.area_id = areas.area_id
