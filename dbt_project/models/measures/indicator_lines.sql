-- Grain: indicator: the line of the guide whose figure it is: itself, or the printed line it is a part or
-- the usable form of.
-- Other sources' own forms of a line are figures of their own.
select indicator_id, indicator_id as line
from {{ ref('indicator_catalogue') }}
union all
select indicator_id, parent_id
from {{ ref('indicator_catalogue') }}
where parent_id is not null and record_type <> 'own'
