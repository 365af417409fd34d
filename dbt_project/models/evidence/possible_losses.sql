-- Grain: city x feed x measure x year: which share of the city's records that may belong to the measure lacks
-- the code or the tag that would say so. No counts: those who lack it may be few.
select
    amounts.city_id,
    amounts.feed_id,
    amounts.measure_id,
    measures.title as measure,
    cast(year(amounts.start) as integer) as year,
    round(amounts.possible / (amounts.amount + amounts.possible), 2) as possible_loss
from {{ ref('measure_amounts') }} as amounts
inner join {{ source('run_records', 'cities') }} as cities on amounts.city_id = cities.city_id
inner join {{ ref('measures') }} as measures on amounts.measure_id = measures.measure_id
where
    amounts.area_id = cities.city_area
    and amounts.freq = 'A'
    and amounts.sex = '_T'
    and amounts.age = '_T'
    and amounts.other_dim = ''
    and amounts.possible > 0
    and year(amounts.start) between cities.first_year and cities.last_year
