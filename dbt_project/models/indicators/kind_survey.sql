-- Grain: city x indicator x area x frequency x period x sex x age x other dimension.
-- survey: the weighted share of a survey in percent, for whichever indicator names a question.
with
    respondents_set_aside as (
        select
            fates.city_id,
            fates.feed_id,
            coalesce(fates.period, fates.delivery_period) as period,
            nullif(fates.area_id, feeds.extent_area) as area_id,
            case when fates.sex in ('F', 'M') then fates.sex else '_U' end as sex,
            sum(fates.rows) as lost
        from {{ source('run_records', 'row_fates') }} as fates
        inner join
            {{ source('run_records', 'feeds') }} as feeds
            on fates.city_id = feeds.city_id
            and fates.feed_id = feeds.feed_id
        where fates.fate in ('quarantined', 'conflicting')
        group by all
    ),

    -- Who said where he lives is of each area around it; who did not may be of any.
    lost_in_areas as (
        select aside.* replace (ancestors.ancestor_id as area_id)
        from respondents_set_aside as aside
        left join
            {{ ref('area_ancestors') }} as ancestors
            on aside.city_id = ancestors.city_id
            and aside.area_id = ancestors.area_id
    ),

    respondents_kept as (
        select city_id, feed_id, period, sum(rows) as kept
        from {{ source('run_records', 'volumes') }}
        where in_use
        group by all
    ),

    -- Of the people asked, those whose answers were set aside; one of an unknown round may be of any.
    shares_of_rounds as (
        select
            kept.city_id,
            kept.feed_id,
            kept.period,
            sum(aside.lost) / (any_value(kept.kept) + sum(aside.lost)) as share
        from respondents_kept as kept
        inner join
            respondents_set_aside as aside
            on kept.city_id = aside.city_id
            and kept.feed_id = aside.feed_id
            and kept.period = coalesce(aside.period, kept.period)
        group by all
    ),

    groups as (select distinct city_id, feed_id, period, area_id, sex from {{ ref('survey_estimates') }}),

    -- A group lacks its share of them, but for chance: one at least, and no more than those who may be of it.
    losses as (
        select groups.*, any_value(rounds.share) as share, sum(lost.lost) as share_n, 1 as share_lump
        from groups
        inner join
            shares_of_rounds as rounds
            on groups.city_id = rounds.city_id
            and groups.feed_id = rounds.feed_id
            and groups.period = rounds.period
        inner join
            lost_in_areas as lost
            on groups.city_id = lost.city_id
            and groups.feed_id = lost.feed_id
            and groups.period = coalesce(lost.period, groups.period)
            and groups.area_id = coalesce(lost.area_id, groups.area_id)
            and (groups.sex in ('_T', lost.sex) or lost.sex = '_U')
        group by groups.city_id, groups.feed_id, groups.period, groups.area_id, groups.sex
    ),

    -- Estimates are in the indicator's own unit; a survey always gives percent, also beside a rate per
    -- 100,000.
    estimates_in_percent as (
        select
            estimates.*,
            indicators.kind,
            indicators.unit,
            {{ uneven_share('losses.share', 'estimates.answers') }} as possible_loss,
            {{ uneven_share('losses.share', 'estimates.answers') }} > limits.low as is_unsure,
            {{ uneven_share('losses.share', 'estimates.answers') }} > limits.high as is_unknown,
            100 * estimates.estimate / indicators.multiplier as percent,
            100 * estimates.low / indicators.multiplier as percent_low,
            100 * estimates.high / indicators.multiplier as percent_high
        from {{ ref('survey_estimates') }} as estimates
        inner join
            {{ ref('indicator_catalogue') }} as indicators on estimates.indicator_id = indicators.indicator_id
        inner join
            {{ ref('thresholds_in_force') }} as limits
            on estimates.city_id = limits.city_id
            and limits.gap_code = 'G17'
            and limits.metric = 'possible_loss'
        left join
            losses
            on estimates.city_id = losses.city_id
            and estimates.feed_id = losses.feed_id
            and estimates.period = losses.period
            and estimates.area_id = losses.area_id
            and estimates.sex = losses.sex
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
    case
        when estimates.answers >= 30 and not coalesce(estimates.is_unknown, false) then estimates.percent
    end as value,
    case when estimates.kind = 'survey' then estimates.unit else 'percent' end as unit,
    cast(estimates.yes as double) as numerator,
    cast(estimates.answers as double) as denominator,
    case when not coalesce(estimates.is_unknown, false) then estimates.percent_low end as ci_low,
    case when not coalesce(estimates.is_unknown, false) then estimates.percent_high end as ci_high,
    cast(estimates.answers as bigint) as n,
    case
        when estimates.answers < 30 or estimates.estimate is null or estimates.is_unknown
        then 'O'
        when estimates.is_unsure
        then 'U'
        when estimates.relative_error is null or estimates.relative_error > 0.3
        then 'U'
        else 'A'
    end as obs_status,
    case
        when estimates.answers < 30
        then 'few_answers'
        when estimates.is_unknown
        then 'answers_set_aside'
        when estimates.relative_error is null and estimates.yes > 0
        then 'stratum_of_one_cluster'
        when estimates.relative_error > 0.3
        then 'wide_error'
        when estimates.is_unsure
        then 'possible_loss'
    end as reason_code,
    case
        when estimates.answers < 30
        then cast(estimates.answers as varchar)
        when estimates.is_unknown or estimates.is_unsure
        then cast(5 * ceil(20 * estimates.possible_loss) as integer) || '%'
    end as reason_detail,
    {{ list_of(['estimates.feed_id']) }} as sources,
    estimates.feed_id as numerator_source,
    cast(null as varchar) as population_base,
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
