-- Grain: city x indicator x area x frequency x period x sex x age x other dimension.
-- All values of all indicators. What is computed from the areas comes before what a source reports of the
-- same area and period.
select *
from {{ ref('values_from_preferred_source') }}
anti join {{ ref('kind_areas_above') }} as computed using (city_id, indicator_id, area_id, freq, start)
union all by name
select *
from {{ ref('kind_areas_above') }}
