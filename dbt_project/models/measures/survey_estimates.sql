-- Grain: city x feed x indicator x area x period x sex x age x other dimension: weighted shares of a
-- survey, with design-based errors.
-- The variance is Taylor's, between clusters within strata; clusters without anyone of a group count as
-- zero. Intervals on the logit, Student's t.
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

    questions_in_order as (
        select
            indicator_id,
            unnest(string_split(question, ';')) as question,
            unnest(range(1, len(string_split(question, ';')) + 1)) as step,
            len(string_split(question, ';')) as steps
        from {{ ref('indicator_catalogue') }}
        where question is not null
    ),

    -- The first no is the last question of its respondent: who had no contact is not asked about a bribe.
    answers_in_order as (
        select
            questions.indicator_id,
            answers.*,
            questions.step,
            coalesce(
                min(questions.step) filter (not answers.answer) over (
                    partition by
                        questions.indicator_id,
                        answers.city_id,
                        answers.feed_id,
                        answers.period,
                        answers.respondent_id
                ),
                questions.steps
            ) as last_step
        from questions_in_order as questions
        inner join answers on answers.question = 'q_' || questions.question
    ),

    -- Yes to every question of the indicator; whoever left one open on the way is not in it.
    combined_answers as (
        select indicator_id, city_id, feed_id, period, respondent_id, bool_and(answer) as answer
        from answers_in_order
        where step <= last_step
        group by indicator_id, city_id, feed_id, period, respondent_id
        having count(*) = any_value(last_step)
    ),

    -- The respondents of the indicator's question and base, and whether the answer was yes.
    answers_by_indicator as (
        select indicators.indicator_id, indicators.multiplier, respondents.*, answers.answer
        from {{ ref('indicator_catalogue') }} as indicators
        inner join combined_answers as answers on indicators.indicator_id = answers.indicator_id
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

    answers_by_group as (
        select *, '_T' as group_sex, '_T' as group_age, '' as other_dim, '' as other_code
        from answers_by_indicator
        union all
        select *, sex, '_T', '', ''
        from answers_by_indicator
        where {{ in_list("'sex'", "replace(reported_columns, ',', ';')") }}
        union all
        select answers_by_indicator.*, '_T', groups.age_group, '', ''
        from answers_by_indicator
        inner join
            {{ ref('age_groups') }} as groups
            on answers_by_indicator.age_low >= groups.age_min
            and answers_by_indicator.age_high <= groups.age_max
            and groups.scheme in ('iccs', 'guide')
        union all
        select * exclude (other), '_T', '_T', other.name, coalesce(other.code, '_U')
        from (select *, {{ named_columns(['ethnicity', 'disability']) }} as other from answers_by_indicator)
        where {{ in_list('other.name', "replace(reported_columns, ',', ';')") }}
    ),

    cluster_sums as (
        select
            answers_by_group.city_id,
            answers_by_group.feed_id,
            answers_by_group.indicator_id,
            ancestors.ancestor_id as area_id,
            answers_by_group.period,
            answers_by_group.group_sex as sex,
            answers_by_group.group_age as age,
            answers_by_group.other_dim,
            answers_by_group.other_code,
            answers_by_group.stratum,
            answers_by_group.cluster,
            any_value(answers_by_group.multiplier) as multiplier,
            {{ steady_sum('answers_by_group.weight') }} as weight,
            {{ steady_sum('answers_by_group.weight') }} filter (where answers_by_group.answer) as weight_yes,
            count(*) as answers,
            count(*) filter (where answers_by_group.answer) as yes
        from answers_by_group
        inner join
            {{ ref('area_ancestors') }} as ancestors
            on answers_by_group.city_id = ancestors.city_id
            and answers_by_group.area_id = ancestors.area_id
        semi join
            {{ ref('feed_scope') }} as scope
            on answers_by_group.city_id = scope.city_id
            and answers_by_group.feed_id = scope.feed_id
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
        from cluster_sums
        group by {{ keys }}
    ),

    residuals as (
        select
            {{ keys }},
            stratum,
            {{ steady_sum('power(residual, 2)') }} as squares,
            {{ steady_sum('residual') }} as total
        from
            (
                select
                    cluster_sums.*,
                    (coalesce(cluster_sums.weight_yes, 0) - shares.share * cluster_sums.weight)
                    / shares.weight as residual
                from cluster_sums
                inner join shares using ({{ keys }})
            )
        group by {{ keys }}, stratum
    ),

    strata_variances as (
        select
            {{ keys }},
            designs.freedom,
            designs.clusters,
            designs.clusters
            / (designs.clusters - 1.0)
            * greatest(residuals.squares - power(residuals.total, 2) / designs.clusters, 0) as variance
        from residuals
        inner join designs using (city_id, feed_id, period, stratum)
    ),

    -- A stratum of one cluster says nothing of the variance within it; then there is no error.
    errors as (
        select
            {{ keys }},
            any_value(freedom) as freedom,
            case when bool_and(clusters > 1) then sqrt({{ steady_sum('variance') }}) end as error
        from strata_variances
        group by {{ keys }}
    ),

    shares_with_errors as (
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
from shares_with_errors
