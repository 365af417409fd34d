-- Grain: city x indicator x area x frequency x period x sex x age x other dimension.
-- Provision of essential services.
select *
from {{ ref('indicator_values') }}
where indicator_id in (select indicator_id from {{ ref('indicator_catalogue') }} where category_no = 3)
