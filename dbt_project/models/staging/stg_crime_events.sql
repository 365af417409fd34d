-- Grain: a row of shape crime_events, for the cities of this run only.
-- Where a source flags attempts, the flag makes 0102 of intentional homicide; any other attempt counts with
-- its offence, as ICCS has it.
select
    shaped.* replace (
        case
            when shaped.attempted and starts_with(shaped.iccs_code, '0101') then '0102' else shaped.iccs_code
        end as iccs_code
    )
from {{ source('conformed', 'crime_events') }} as shaped
semi join {{ source('run_records', 'cities') }} as cities on shaped.city_id = cities.city_id
