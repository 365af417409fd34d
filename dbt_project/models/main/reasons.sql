-- Grain: reason x language: why a value is missing or uncertain. `observations.reason_detail` stands for the
-- braces in the text.
select cities.city_id, texts.key as reason_code, texts.language, texts.text
from {{ source('run_records', 'texts') }} as texts
cross join {{ source('run_records', 'cities') }} as cities
where texts.domain = 'reasons'
