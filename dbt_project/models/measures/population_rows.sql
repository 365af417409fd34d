-- Grain: a row of residents, from the preferred feed of its area and year, with its ages as numbers.
-- A group's own total (_T) is the total of the area, given once more.
with
    rows_of_feeds as (
        select
            population.city_id,
            population.feed_id,
            population.area_id,
            cast(population.year as integer) as year,
            population.sex,
            population.age_group,
            case
                when population.group_code is distinct from '_T'
                then coalesce(population.group_dim, '')
                else ''
            end as other_dim,
            coalesce(nullif(population.group_code, '_T'), '') as other_code,
            population.persons as amount,
            population.source_year,
            {{ population_base('population.method', 'population.source_year', 'population.year', 'population.feed_id') }}
            as base,
            population.group_code is not distinct from '_T' as is_total_of_groups
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
    ),

    rows_set_aside as ({{ parts_set_aside('rows_of_feeds', 'make_date(rows_of_feeds.year, 1, 1)') }})

select
    * exclude (is_total_of_groups),
    {{ age_low('cast(null as bigint)', 'age_group') }} as age_low,
    {{ age_high('cast(null as bigint)', 'age_group') }} as age_high
from
    (
        select *
        from rows_of_feeds
        union all
        select *
        from rows_set_aside
    )
qualify
    row_number() over (
        partition by city_id, area_id, year, sex, age_group, other_dim, other_code
        order by is_total_of_groups, amount desc
    )
    = 1
