{# survey: the weighted share of a survey, for whichever indicator names a question. #}
{% macro kind_survey(category_no) %}
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
        case when estimates.answers >= 30 then {{ as_percent('estimates.estimate') }} end as value,
        case when indicators.kind = 'survey' then indicators.unit else 'percent' end as unit,
        cast(estimates.yes as double) as numerator,
        cast(estimates.answers as double) as denominator,
        {{ as_percent('estimates.low') }} as ci_low,
        {{ as_percent('estimates.high') }} as ci_high,
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
            then cast(estimates.answers as varchar) || ' answers are too few for an estimate'
            when estimates.relative_error is null and estimates.yes > 0
            then 'the design has a stratum of one cluster, so no error can be given'
            when estimates.relative_error > 0.3
            then 'the error is more than three tenths of the estimate'
        end as reason,
        {{ list_of(['estimates.feed_id']) }} as sources,
        cast(null as varchar) as denominator_source
    from {{ ref('survey_estimates') }} as estimates
    inner join {{ ref('indicator_catalogue') }} as indicators on estimates.indicator_id = indicators.indicator_id
    inner join
        {{ source('run_records', 'feeds') }} as feeds
        on estimates.city_id = feeds.city_id
        and estimates.feed_id = feeds.feed_id
    where indicators.category_no = {{ category_no }}
    qualify
        dense_rank() over (
            partition by estimates.city_id, estimates.indicator_id, estimates.area_id, estimates.period
            order by feeds.preference, estimates.feed_id
        )
        = 1
{% endmacro %}

{# A survey always gives percent, also beside a rate per 100,000. #}
{% macro as_percent(amount) -%} 100 * {{ amount }} / indicators.multiplier {%- endmacro %}
