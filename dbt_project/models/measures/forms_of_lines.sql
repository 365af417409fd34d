-- Grain: indicator: the line of the guide that it says something of: itself, a part of it, its usable form,
-- or
-- what another source counts of the same crime.
select indicator_id, line
from {{ ref('indicator_lines') }}
union
select own.indicator_id, own.parent_id
from {{ ref('indicator_catalogue') }} as own
inner join {{ ref('indicator_catalogue') }} as lines on own.parent_id = lines.indicator_id
where own.iccs_code = lines.iccs_code and own.unit_code = lines.unit_code
