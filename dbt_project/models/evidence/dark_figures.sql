-- Grain: city x indicator of crime that the police count: the share of victims who tell the police, by the
-- newest survey of the window.
-- Homicides are found without being told of.
with
    by_police as (
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

    told as (
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
    by_police.city_id,
    by_police.indicator_id,
    cast(by_police.year as integer) as year,
    told.value as reported_pct,
    cast(year(told.period_start) as integer) as survey_year
from by_police
left join told on by_police.city_id = told.city_id
