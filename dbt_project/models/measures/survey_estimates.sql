-- Grain: city x feed x indicator x area x period x sex x age x other dimension: weighted shares of a
-- survey, with design-based errors.
-- The variance is Taylor's, between clusters within strata; clusters without anyone of a group count as
-- nought. Intervals on the logit, Student's t.
{% set keys = 'city_id, feed_id, indicator_id, area_id, period, sex, age, other_dim, other_code' %}
with
    respondents as (
        select
            survey.city_id,
            survey.feed_id,
            survey.period,
            survey.respondent_id,
            coalesce(areas.area_id, feeds.extent_area) as area_id,
            coalesce(survey.stratum, '') as stratum,
            coalesce(survey.cluster, survey.respondent_id) as cluster,
            survey.weight,
            case when survey.sex in ('F', 'M') then survey.sex else '_U' end as sex,
            {{ age_low('survey.age', 'survey.age_group') }} as age_low,
            {{ age_high('survey.age', 'survey.age_group') }} as age_high,
            survey.ethnicity,
            survey.disability,
            feeds.reported_columns
        from {{ ref('stg_survey_answers') }} as survey
        inner join
            {{ source('run_records', 'feeds') }} as feeds
            on survey.city_id = feeds.city_id
            and survey.feed_id = feeds.feed_id
        left join
            {{ ref('city_areas') }} as areas
            on survey.city_id = areas.city_id
            and survey.area_id = areas.area_id
    ),

    designs as (
        select
            city_id,
            feed_id,
            period,
            stratum,
            count(distinct cluster) as clusters,
            sum(count(distinct cluster)) over (partition by city_id, feed_id, period)
            - count(*) over (partition by city_id, feed_id, period) as freedom
        from respondents
        group by city_id, feed_id, period, stratum
    ),

    answers as (
        select city_id, feed_id, period, respondent_id, question, answer
        from
            (
                unpivot (
                    select city_id, feed_id, period, respondent_id, columns('^q_')
                    from {{ ref('stg_survey_answers') }}
                )
                on columns('^q_') into name question value answer
            )
    ),

    -- Who was asked, and whether the answer was yes.
    asked as (
        select indicators.indicator_id, indicators.multiplier, respondents.*, answers.answer
        from {{ ref('indicator_catalogue') }} as indicators
        inner join answers on answers.question = 'q_' || indicators.question
        inner join respondents using (city_id, feed_id, period, respondent_id)
        left join
            answers as base
            on base.question = 'q_' || indicators.question_base
            and base.city_id = answers.city_id
            and base.feed_id = answers.feed_id
            and base.period = answers.period
            and base.respondent_id = answers.respondent_id
        left join {{ ref('age_groups') }} as ages on indicators.asked_age = ages.age_group
        where
            (indicators.question_base is null or base.answer)
            and (indicators.asked_sex is null or respondents.sex = indicators.asked_sex)
            and (
                indicators.asked_age is null
                or (respondents.age_low >= ages.age_min and respondents.age_high <= ages.age_max)
            )
    ),

    grouped as (
        select *, '_T' as group_sex, '_T' as group_age, '' as other_dim, '' as other_code
        from asked
        union all
        select *, sex, '_T', '', ''
        from asked
        where {{ in_list("'sex'", "replace(reported_columns, ',', ';')") }}
        union all
        select asked.*, '_T', groups.age_group, '', ''
        from asked
        inner join
            {{ ref('age_groups') }} as groups
            on asked.age_low >= groups.age_min
            and asked.age_high <= groups.age_max
            and groups.scheme in ('iccs', 'guide')
        union all
        select * exclude (other), '_T', '_T', other.name, coalesce(other.code, '_U')
        from (select *, {{ named_columns(['ethnicity', 'disability']) }} as other from asked)
        where {{ in_list('other.name', "replace(reported_columns, ',', ';')") }}
    ),

    clustered as (
        select
            grouped.city_id,
            grouped.feed_id,
            grouped.indicator_id,
            ancestors.ancestor_id as area_id,
            grouped.period,
            grouped.group_sex as sex,
            grouped.group_age as age,
            grouped.other_dim,
            grouped.other_code,
            grouped.stratum,
            grouped.cluster,
            any_value(grouped.multiplier) as multiplier,
            {{ steady_sum('grouped.weight') }} as weight,
            {{ steady_sum('grouped.weight') }} filter (where grouped.answer) as weight_yes,
            count(*) as answers,
            count(*) filter (where grouped.answer) as yes
        from grouped
        inner join
            {{ ref('area_ancestors') }} as ancestors
            on grouped.city_id = ancestors.city_id
            and grouped.area_id = ancestors.area_id
        semi join
            {{ ref('feed_scope') }} as scope
            on grouped.city_id = scope.city_id
            and grouped.feed_id = scope.feed_id
            and ancestors.ancestor_id = scope.area_id
        group by all
    ),

    shares as (
        select
            {{ keys }},
            any_value(multiplier) as multiplier,
            {{ steady_sum('weight') }} as weight,
            coalesce({{ steady_sum('weight_yes') }}, 0) / nullif({{ steady_sum('weight') }}, 0) as share,
            sum(answers) as answers,
            sum(yes) as yes
        from clustered
        group by {{ keys }}
    ),

    spread as (
        select
            {{ keys }},
            stratum,
            {{ steady_sum('power(residual, 2)') }} as squares,
            {{ steady_sum('residual') }} as total
        from
            (
                select
                    clustered.*,
                    (coalesce(clustered.weight_yes, 0) - shares.share * clustered.weight)
                    / shares.weight as residual
                from clustered
                inner join shares using ({{ keys }})
            )
        group by {{ keys }}, stratum
    ),

    -- A stratum of one cluster says nothing of the spread within it; then there is no error, and no
    -- pretence of one.
    errors as (
        select
            {{ keys }},
            any_value(designs.freedom) as freedom,
            case
                when bool_and(designs.clusters > 1)
                then
                    sqrt(
                        {{ steady_sum('designs.clusters / (designs.clusters - 1.0) * greatest(spread.squares - power(spread.total, 2) / designs.clusters, 0)') }}
                    )
            end as error
        from spread
        inner join designs using (city_id, feed_id, period, stratum)
        group by {{ keys }}
    ),

    limits as (
        select
            shares.*,
            errors.error,
            errors.freedom,
            t_limits.t,
            case
                when shares.share > 0 and shares.share < 1 then ln(shares.share / (1 - shares.share))
            end as logit,
            case
                when shares.share > 0 and shares.share < 1
                then errors.error / (shares.share * (1 - shares.share))
            end as logit_error
        from shares
        inner join errors using ({{ keys }})
        left join {{ ref('t_limits') }} as t_limits on least(errors.freedom, 1000) = t_limits.freedom
    )

select
    {{ keys }},
    multiplier * share as estimate,
    multiplier * error as error,
    answers,
    yes,
    case
        when share in (0, 1)
        then greatest(0, multiplier * {{ wilson('yes', 'answers', -1) }})
        else multiplier / (1 + exp(- (logit - t * logit_error)))
    end as low,
    case
        when share in (0, 1)
        then least(multiplier, multiplier * {{ wilson('yes', 'answers', 1) }})
        else multiplier / (1 + exp(- (logit + t * logit_error)))
    end as high,
    case when share > 0 then error / share end as relative_error
from limits
