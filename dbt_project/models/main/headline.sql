-- Grain: city x indicator: the newest year's value for the whole city and everybody, with names and the
-- country's value. Where no year has a value, the newest year says why.
with
    city_years as (
        select observations.*, cities.name as city
        from {{ ref('observations') }} as observations
        inner join
            {{ ref('cities') }} as cities
            on observations.city_id = cities.city_id
            and observations.area_id = cities.city_area
        where
            observations.freq = 'A'
            and observations.sex = '_T'
            and observations.age = '_T'
            and observations.other_dim is null
    ),

    newest_years as (
        select *
        from city_years
        qualify
            row_number() over (
                partition by city_id, indicator_id order by value is not null desc, period_start desc
            )
            = 1
    ),

    national_values as (
        select city_id, indicator_id, period, comparator_value, comparator_period, ratio, same_definition
        from {{ ref('comparisons') }}
        where comparator = 'national' and freq = 'A' and sex = '_T' and age = '_T' and other_dim is null
    ),

    -- In a release the catalogue is the city's; in the warehouse it has a row for each city.
    titles as (
        select distinct indicator_id, guide_seq, category_no, category, short_title
        from {{ ref('indicators') }}
    )

select
    newest_years.city_id,
    newest_years.city,
    titles.category_no,
    titles.category,
    titles.guide_seq,
    newest_years.indicator_id,
    titles.short_title as indicator,
    newest_years.period,
    newest_years.value,
    newest_years.unit,
    newest_years.ci_low,
    newest_years.ci_high,
    newest_years.obs_status,
    newest_years.quality_grade,
    newest_years.reason_code,
    newest_years.reason,
    national_values.comparator_value as national_value,
    national_values.comparator_period as national_period,
    national_values.ratio as national_ratio,
    national_values.same_definition as national_same_definition,
    newest_years.sources
from newest_years
inner join titles on newest_years.indicator_id = titles.indicator_id
left join
    national_values
    on newest_years.city_id = national_values.city_id
    and newest_years.indicator_id = national_values.indicator_id
    and newest_years.period = national_values.period
    and newest_years.value is not null
