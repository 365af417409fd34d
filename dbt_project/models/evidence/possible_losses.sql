-- Grain: city x feed x measure x year: which share of the city's records that may belong to the measure
-- is not known to: they lack the code or the tag that would say so, or they were set aside. No counts:
-- they may be few.
with
    amounts as (
        select
            amounts.city_id,
            amounts.feed_id,
            amounts.measure_id,
            amounts.start,
            amounts.amount,
            amounts.possible
        from {{ ref('measure_amounts') }} as amounts
        inner join {{ source('run_records', 'cities') }} as cities on amounts.city_id = cities.city_id
        where
            amounts.area_id = cities.city_area
            and amounts.freq = 'A'
            and amounts.sex = '_T'
            and amounts.age = '_T'
            and amounts.other_dim = ''
    ),

    losses as (
        select losses.*
        from {{ ref('measure_losses') }} as losses
        inner join {{ source('run_records', 'cities') }} as cities on losses.city_id = cities.city_id
        where losses.freq = 'A' and losses.area_id = cities.city_area
    ),

    -- What a feed of a wider extent cannot place in it may belong to the city.
    losses_of_extent as (
        select losses.*
        from {{ ref('measure_losses') }} as losses
        inner join
            {{ source('run_records', 'feeds') }} as feeds
            on losses.city_id = feeds.city_id
            and losses.feed_id = feeds.feed_id
            and losses.area_id = feeds.extent_area
        where losses.freq = 'A'
    ),

    lossy_years as (
        select
            city_id,
            feed_id,
            measure_id,
            start,
            {{ possible_loss('coalesce(amounts.amount, 0)', 'coalesce(amounts.possible, 0)', 'losses',
                'losses_of_extent', 'cities.city_area') }} as possible_loss
        from amounts
        full outer join losses using (city_id, feed_id, measure_id, start)
        full outer join losses_of_extent using (city_id, feed_id, measure_id, start)
        inner join {{ source('run_records', 'cities') }} as cities using (city_id)
    )

select
    lossy_years.city_id,
    lossy_years.feed_id,
    lossy_years.measure_id,
    measures.title as measure,
    cast(year(lossy_years.start) as integer) as year,
    round(lossy_years.possible_loss, 2) as possible_loss
from lossy_years
inner join {{ source('run_records', 'cities') }} as cities on lossy_years.city_id = cities.city_id
inner join {{ ref('measures') }} as measures on lossy_years.measure_id = measures.measure_id
where lossy_years.possible_loss > 0 and year(lossy_years.start) between cities.first_year and cities.last_year
