-- Grain: city x indicator of crime that the police count: the share of victims of this crime who report to
-- the
-- police, and of victims of any crime, each by the newest survey of the window. Homicides come to light
-- without
-- a report by the victim, so they are left out.
with
    police_rates as (
        select observations.city_id, observations.indicator_id, max(year(observations.period_start)) as year
        from {{ ref('observations') }} as observations
        inner join
            {{ ref('indicator_catalogue') }} as indicators
            on observations.indicator_id = indicators.indicator_id
        inner join
            {{ source('run_records', 'feeds') }} as feeds
            on observations.city_id = feeds.city_id
            and list_contains(observations.sources, feeds.feed_id)
        where
            indicators.category_no = 4
            and indicators.record_type = 'printed'
            and feeds.family = 'police'
            and feeds.shape like 'crime%'
            and indicators.kind = 'rate'
            and observations.freq = 'A'
            and observations.area_level = 'city'
            and not coalesce(starts_with(indicators.iccs_code, '01'), false)
        group by all
    ),

    surveys as (
        select
            observations.city_id,
            observations.indicator_id,
            indicators.iccs_code,
            indicators.short_title as asked,
            cast(year(observations.period_start) as integer) as year,
            observations.value
        from {{ ref('observations') }} as observations
        inner join
            {{ ref('indicator_catalogue') }} as indicators
            on observations.indicator_id = indicators.indicator_id
        where
            coalesce(indicators.parent_id, indicators.indicator_id) = 'gov.victim_reporting_rate'
            and observations.area_level = 'city'
            and observations.freq = 'A'
            and observations.sex = '_T'
            and observations.age = '_T'
            and observations.other_dim is null
            and observations.value is not null
        qualify
            row_number() over (
                partition by observations.city_id, observations.indicator_id
                order by observations.period_start desc
            )
            = 1
    )

select
    police_rates.city_id,
    police_rates.indicator_id,
    indicators.short_title as crime,
    coalesce(indicators.core_flag, false) as is_core,
    cast(police_rates.year as integer) as year,
    of_crime.asked,
    of_crime.value as reported_pct,
    of_crime.year as survey_year,
    of_any.value as any_crime_pct,
    of_any.year as any_crime_year
from police_rates
inner join
    {{ ref('indicators') }} as indicators
    on police_rates.city_id = indicators.city_id
    and police_rates.indicator_id = indicators.indicator_id
left join
    surveys as of_crime
    on police_rates.city_id = of_crime.city_id
    and indicators.iccs_code = of_crime.iccs_code
left join
    surveys as of_any
    on police_rates.city_id = of_any.city_id
    and of_any.indicator_id = 'gov.victim_reporting_rate'
