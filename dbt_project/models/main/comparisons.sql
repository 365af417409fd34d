-- Grain: city x value of the city x what it is compared with: the country, and each other city of the
-- programme.
-- Between cities everybody together is compared. The same period, or for the country the nearest within a
-- year; `same_definition` says whether both measure the same thing.
with
    own as (
        select observations.*
        from {{ ref('observations') }} as observations
        inner join
            {{ source('run_records', 'cities') }} as cities
            on observations.city_id = cities.city_id
            and observations.area_id = cities.city_area
        where observations.value is not null
    ),

    keyed as (select *, coalesce(other_dim, '') as dim_key, coalesce(other_code, '') as code_key from own),

    national as (
        select
            city_id,
            indicator_id,
            freq,
            period,
            period_start,
            sex,
            age,
            coalesce(other_dim, '') as dim_key,
            coalesce(other_code, '') as code_key,
            area_id,
            value,
            unit,
            obs_status,
            sources
        from {{ ref('observations') }}
        where area_level = 'country' and value is not null
    ),

    with_country as (
        select
            keyed.*,
            'national' as comparator,
            national.area_id as comparator_id,
            national.value as comparator_value,
            national.period as comparator_period,
            national.sources as comparator_sources,
            keyed.unit = national.unit
            and keyed.obs_status <> 'D'
            and national.obs_status <> 'D' as same_definition
        from keyed
        inner join
            national
            on keyed.city_id = national.city_id
            and keyed.indicator_id = national.indicator_id
            and keyed.freq = national.freq
            and keyed.sex = national.sex
            and keyed.age = national.age
            and keyed.dim_key = national.dim_key
            and keyed.code_key = national.code_key
            and (
                keyed.period = national.period
                or (keyed.freq = 'A' and abs(year(keyed.period_start) - year(national.period_start)) <= 1)
            )
        qualify
            row_number() over (
                partition by
                    keyed.city_id,
                    keyed.indicator_id,
                    keyed.freq,
                    keyed.period,
                    keyed.sex,
                    keyed.age,
                    keyed.dim_key,
                    keyed.code_key
                order by abs(year(keyed.period_start) - year(national.period_start)), national.period_start
            )
            = 1
    ),

    with_cities as (
        select
            keyed.*,
            'city' as comparator,
            others.city_id as comparator_id,
            others.value as comparator_value,
            others.period as comparator_period,
            others.sources as comparator_sources,
            keyed.unit = others.unit
            and keyed.obs_status <> 'D'
            and others.obs_status <> 'D' as same_definition
        from keyed
        inner join
            keyed as others
            on keyed.city_id <> others.city_id
            and keyed.indicator_id = others.indicator_id
            and keyed.freq = others.freq
            and keyed.period = others.period
            and keyed.sex = others.sex
            and keyed.age = others.age
            and keyed.dim_key = others.dim_key
            and keyed.code_key = others.code_key
        where keyed.sex = '_T' and keyed.age = '_T' and keyed.dim_key = ''
    )

select
    city_id,
    indicator_id,
    area_id,
    freq,
    period,
    sex,
    age,
    other_dim,
    other_code,
    value,
    unit,
    obs_status,
    comparator,
    comparator_id,
    comparator_value,
    comparator_period,
    comparator_sources,
    value / nullif(comparator_value, 0) as ratio,
    value - comparator_value as difference,
    same_definition
from with_country
union all
select
    city_id,
    indicator_id,
    area_id,
    freq,
    period,
    sex,
    age,
    other_dim,
    other_code,
    value,
    unit,
    obs_status,
    comparator,
    comparator_id,
    comparator_value,
    comparator_period,
    comparator_sources,
    value / nullif(comparator_value, 0),
    value - comparator_value,
    same_definition
from with_cities
