-- Grain: city x feed x column x year of the assessment: the records with a local code without a mapping, and
-- all records.
select
    years.city_id,
    years.feed_id,
    years."column",
    cast(years.year as integer) as year,
    case when years.records >= 5 then cast(years.records as bigint) end as records,
    cast(years.records_in_all as bigint) as records_in_all
from {{ source('run_records', 'unmapped_years') }} as years
inner join {{ source('run_records', 'cities') }} as cities on years.city_id = cities.city_id
where years.year between cities.first_year and cities.last_year
