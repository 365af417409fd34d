-- Grain: city x indicator x area x frequency x period x sex x age x other dimension.
-- survey: the weighted share of a survey in percent, for whichever indicator names a question.
with
    -- Estimates are in the indicator's own unit; a survey always gives percent, also beside a rate per
    -- 100,000.
    estimates_in_percent as (
        select
            estimates.*,
            indicators.kind,
            indicators.unit,
            100 * estimates.estimate / indicators.multiplier as percent,
            100 * estimates.low / indicators.multiplier as percent_low,
            100 * estimates.high / indicators.multiplier as percent_high
        from {{ ref('survey_estimates') }} as estimates
        inner join
            {{ ref('indicator_catalogue') }} as indicators on estimates.indicator_id = indicators.indicator_id
    )

select
    estimates.city_id,
    estimates.indicator_id,
    estimates.area_id,
    {{ freq_of_text('estimates.period') }} as freq,
    {{ start_of_text('estimates.period') }} as start,
    estimates.sex,
    estimates.age,
    estimates.other_dim,
    estimates.other_code,
    case when estimates.answers >= 30 then estimates.percent end as value,
    case when estimates.kind = 'survey' then estimates.unit else 'percent' end as unit,
    cast(estimates.yes as double) as numerator,
    cast(estimates.answers as double) as denominator,
    estimates.percent_low as ci_low,
    estimates.percent_high as ci_high,
    cast(estimates.answers as bigint) as n,
    case
        when estimates.answers < 30 or estimates.estimate is null
        then 'O'
        when estimates.relative_error is null or estimates.relative_error > 0.3
        then 'U'
        else 'A'
    end as obs_status,
    case
        when estimates.answers < 30
        then 'few_answers'
        when estimates.relative_error is null and estimates.yes > 0
        then 'stratum_of_one_cluster'
        when estimates.relative_error > 0.3
        then 'wide_error'
    end as reason_code,
    case when estimates.answers < 30 then cast(estimates.answers as varchar) end as reason_detail,
    {{ list_of(['estimates.feed_id']) }} as sources,
    cast(null as varchar) as denominator_source
from estimates_in_percent as estimates
inner join
    {{ source('run_records', 'feeds') }} as feeds
    on estimates.city_id = feeds.city_id
    and estimates.feed_id = feeds.feed_id
qualify
    dense_rank() over (
        partition by estimates.city_id, estimates.indicator_id, estimates.area_id, estimates.period
        order by feeds.preference, estimates.feed_id
    )
    = 1
