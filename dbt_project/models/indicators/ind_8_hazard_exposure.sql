-- Grain: city x indicator x area x frequency x period x sex x age x other dimension.
-- Hazard exposure, which the guide prints and does not count.
select *
from {{ ref('indicator_values') }}
where indicator_id in (select indicator_id from {{ ref('indicator_catalogue') }} where category_no = 8)
