-- Grain: city x feed x area x period x classification x sex x age x what else a measure can ask for.
-- Each shape is scanned once; everything after works on these few rows.
{{ config(materialized='table') }}
{% set nothing = "cast(null as varchar)" %}

with crime_events as (
    select
        city_id, feed_id, 'crime_events' as shape, area_id, {{ month_start('occurred_on') }} as start, cast(null as varchar) as period,
        iccs_code, {{ nothing }} as icd10, {{ nothing }} as cause_group, {{ nothing }} as topic, {{ nothing }} as unit_counted,
        weapon, {{ nothing }} as relation, situation, cleared,
        '_T' as sex, cast(null as bigint) as age, '_T' as age_group, count(*) as amount
    from {{ ref('stg_crime_events') }}
    group by city_id, feed_id, area_id, start, iccs_code, weapon, situation, cleared
),

crime_victims as (
    select
        city_id, feed_id, 'crime_victims' as shape, area_id, {{ month_start('occurred_on') }} as start, cast(null as varchar) as period,
        iccs_code, {{ nothing }} as icd10, {{ nothing }} as cause_group, {{ nothing }} as topic, {{ nothing }} as unit_counted,
        weapon, relation, situation, cleared, sex, age, age_group, count(*) as amount
    from {{ ref('stg_crime_victims') }}
    group by city_id, feed_id, area_id, start, iccs_code, weapon, relation, situation, cleared, sex, age, age_group
),

deaths as (
    select
        city_id, feed_id, 'deaths' as shape, area_id, {{ month_start('died_on') }} as start, cast(null as varchar) as period,
        {{ nothing }} as iccs_code, icd10, cause_group, {{ nothing }} as topic, {{ nothing }} as unit_counted,
        {{ nothing }} as weapon, relation, {{ nothing }} as situation, cast(null as boolean) as cleared, sex, age, age_group, count(*) as amount
    from {{ ref('stg_deaths') }}
    group by city_id, feed_id, area_id, start, icd10, cause_group, relation, sex, age, age_group
),

crime_counts as (
    select
        city_id, feed_id, 'crime_counts' as shape, area_id, cast(null as date) as start, period,
        iccs_code, {{ nothing }} as icd10, {{ nothing }} as cause_group, {{ nothing }} as topic, unit_counted,
        weapon, relation, situation, cast(null as boolean) as cleared, sex, cast(null as bigint) as age, age_group, sum("count") as amount
    from {{ ref('stg_crime_counts') }}
    group by city_id, feed_id, area_id, period, iccs_code, unit_counted, weapon, relation, situation, sex, age_group
),

health_counts as (
    select
        city_id, feed_id, 'health_counts' as shape, area_id, cast(null as date) as start, period,
        {{ nothing }} as iccs_code, icd10, {{ nothing }} as cause_group, topic, {{ nothing }} as unit_counted,
        {{ nothing }} as weapon, {{ nothing }} as relation, {{ nothing }} as situation, cast(null as boolean) as cleared,
        sex, cast(null as bigint) as age, age_group, sum("count") as amount
    from {{ ref('stg_health_counts') }}
    group by city_id, feed_id, area_id, period, icd10, topic, sex, age_group
),

together as (
    select * from crime_events
    union all select * from crime_victims
    union all select * from deaths
    union all select * from crime_counts
    union all select * from health_counts
),

-- Years for sources that know no more, months for events, and for counts what their period says.
dated as (
    select
        together.* exclude (start, period),
        case
            when together.period is not null then {{ freq_of_text('together.period') }}
            when feeds.dated_to = 'year' then 'A'
            else 'M'
        end as freq,
        coalesce(together.start, {{ start_of_text('together.period') }}) as start
    from together
    inner join {{ source('register', 'feeds') }} as feeds
        on together.city_id = feeds.city_id and together.feed_id = feeds.feed_id
),

-- Ages in the catalogue's groups: a year of age always fits one; a band fits where it nests; the rest is unknown.
aged as (
    select
        dated.* exclude (age, age_group),
        case when dated.age is null and dated.age_group = '_T' then '_T' else coalesce(groups.age_group, '_U') end as age
    from (
        select *, {{ age_low('age', 'age_group') }} as age_low, {{ age_high('age', 'age_group') }} as age_high
        from dated
    ) as dated
    left join {{ ref('age_groups') }} as groups
        on dated.age_low >= groups.age_min and dated.age_high <= groups.age_max
),

-- An area code nobody knows counts to the feed's extent, where it is known to have happened.
placed as (
    select
        aged.* exclude (area_id),
        case when areas.area_id is null then feeds.extent_area else aged.area_id end as area_id,
        case when areas.area_id is null then aged.area_id end as unknown_area
    from aged
    inner join {{ source('register', 'feeds') }} as feeds on aged.city_id = feeds.city_id and aged.feed_id = feeds.feed_id
    left join {{ ref('stg_areas') }} as areas on aged.city_id = areas.city_id and aged.area_id = areas.area_id
)

select
    city_id, feed_id, shape, area_id, unknown_area, freq, {{ period_start('freq', 'start') }} as start,
    {{ profile_of('placed') }} as profile,
    iccs_code, icd10, cause_group, topic, unit_counted, weapon, relation, situation, cleared,
    sex, age, sum(amount) as amount
from placed
group by all
