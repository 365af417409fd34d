-- Grain: city x area x year x sex x age: residents. Totals as the source gives them, else as the sum of its parts.
with sourced as (
    select population.*, feeds.preference,
        case when population.age_group = '_T' then '_T' else coalesce(groups.age_group, '_U') end as age
    from (
        select *, {{ age_low('cast(null as bigint)', 'age_group') }} as age_low, {{ age_high('cast(null as bigint)', 'age_group') }} as age_high
        from {{ ref('stg_population') }} where group_dim is null
    ) as population
    inner join {{ source('register', 'feeds') }} as feeds
        on population.city_id = feeds.city_id and population.feed_id = feeds.feed_id
    left join {{ ref('age_groups') }} as groups
        on population.age_low >= groups.age_min and population.age_high <= groups.age_max
),

one_feed as (
    select * from sourced
    qualify dense_rank() over (partition by city_id, area_id, year order by preference, feed_id) = 1
),

totals as (
    select city_id, feed_id, area_id, year, '_T' as sex, '_T' as age, max(source_year) as source_year,
        coalesce(
            sum(persons) filter (where sex = '_T' and age = '_T'), sum(persons) filter (where sex <> '_T' and age = '_T'),
            sum(persons) filter (where sex = '_T' and age <> '_T'), sum(persons)) as persons
    from one_feed group by all
),

by_sex as (
    select city_id, feed_id, area_id, year, sex, '_T' as age, max(source_year) as source_year,
        coalesce(sum(persons) filter (where age = '_T'), sum(persons)) as persons
    from one_feed where sex <> '_T' group by all
),

by_age as (
    select city_id, feed_id, area_id, year, '_T' as sex, age, max(source_year) as source_year,
        coalesce(sum(persons) filter (where sex = '_T'), sum(persons)) as persons
    from one_feed where age <> '_T' group by all
),

by_both as (
    select city_id, feed_id, area_id, year, sex, age, max(source_year) as source_year, sum(persons) as persons
    from one_feed where sex <> '_T' and age <> '_T' group by all
),

own as (
    select * from totals union all select * from by_sex union all select * from by_age union all select * from by_both
),

children as (
    select city_id, parent_id, area_id, count(*) over (partition by city_id, parent_id) as siblings
    from {{ ref('stg_areas') }} where parent_id is not null
),

-- A parent without a figure of its own is the sum of its children, if not one of them is missing.
summed as (
    select own.city_id, min(own.feed_id) as feed_id, children.parent_id as area_id, own.year, own.sex, own.age,
        max(own.source_year) as source_year, sum(own.persons) as persons
    from own
    inner join children on own.city_id = children.city_id and own.area_id = children.area_id
    group by own.city_id, children.parent_id, children.siblings, own.year, own.sex, own.age
    having count(*) = children.siblings
)

select city_id, feed_id, area_id, year, sex, age, source_year, persons from own
union all
select summed.city_id, summed.feed_id, summed.area_id, summed.year, summed.sex, summed.age, summed.source_year, summed.persons
from summed
anti join own on summed.city_id = own.city_id and summed.area_id = own.area_id and summed.year = own.year
