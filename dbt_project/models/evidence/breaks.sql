-- Grain: city x feed x break its owner declared: whole years of comparable figures since.
select
    breaks.*,
    cast(
        floor(date_diff('day', cast(breaks."date" as date), cities.as_of) / 365.25) as integer
    ) as years_since
from {{ source('run_records', 'breaks') }} as breaks
inner join {{ source('run_records', 'cities') }} as cities on breaks.city_id = cities.city_id
