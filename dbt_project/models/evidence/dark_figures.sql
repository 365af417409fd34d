-- Grain: city x indicator of crime that the police count: the share of victims who report to the police,
-- by the newest survey of the window. Homicides come to light without a report by the victim, so they are
-- left out.
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

    newest_surveys as (
        select city_id, period_start, value
        from {{ ref('observations') }}
        where
            indicator_id = 'gov.victim_reporting_rate'
            and area_level = 'city'
            and freq = 'A'
            and sex = '_T'
            and age = '_T'
            and other_dim is null
            and value is not null
        qualify row_number() over (partition by city_id order by period_start desc) = 1
    )

select
    police_rates.city_id,
    police_rates.indicator_id,
    cast(police_rates.year as integer) as year,
    newest_surveys.value as reported_pct,
    cast(year(newest_surveys.period_start) as integer) as survey_year
from police_rates
left join newest_surveys on police_rates.city_id = newest_surveys.city_id
