-- Grain: a row of residents, from the preferred feed of its area and year, with its ages as numbers.
select
    population.city_id,
    population.feed_id,
    population.area_id,
    cast(population.year as integer) as year,
    population.sex,
    population.age_group,
    {{ age_low('cast(null as bigint)', 'population.age_group') }} as age_low,
    {{ age_high('cast(null as bigint)', 'population.age_group') }} as age_high,
    coalesce(population.group_dim, '') as other_dim,
    coalesce(population.group_code, '') as other_code,
    population.persons as amount,
    population.source_year
from {{ ref('stg_population') }} as population
inner join
    {{ source('run_records', 'feeds') }} as feeds
    on population.city_id = feeds.city_id
    and population.feed_id = feeds.feed_id
qualify
    dense_rank() over (
        partition by population.city_id, population.area_id, population.year
        order by feeds.preference, population.feed_id
    )
    = 1
