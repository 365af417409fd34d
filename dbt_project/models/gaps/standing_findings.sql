-- Grain: finding: what a city decided about it, and whether it is explained by another. A parent stops its children: the feed that never came
-- explains what it alone would give; the indicator that is not there explains what else is wrong with it; more than twenty of one kind and severity stand under one.
with decided as (
    select findings.gap_id, decisions.decision, decisions.reason, decisions.owner, decisions.expires,
        cast(decisions.expires as date) < cities.as_of as expired
    from {{ ref('graded_findings') }} as findings
    inner join {{ source('run_records', 'decisions') }} as decisions
        on findings.city_id = decisions.city_id and findings.gap_code = decisions.gap_code
        and coalesce(decisions.rule_id, findings.rule_id) = findings.rule_id
        and coalesce(decisions.indicator_id, findings.indicator_id, '') = coalesce(findings.indicator_id, '')
        and coalesce(decisions.feed_id, findings.feed_id, '') = coalesce(findings.feed_id, '')
        and coalesce(decisions.area_id, findings.area_id, '') = coalesce(findings.area_id, '')
    inner join {{ source('run_records', 'cities') }} as cities on findings.city_id = cities.city_id
    where decisions.decision in ('accepted', 'waived')
    qualify row_number() over (partition by findings.gap_id order by decisions.expires desc, decisions.decision) = 1
),

-- Of a measure that no other feed tells, the feed that never came is the reason.
silent as (
    select findings.gap_id as parent_id, findings.city_id, findings.feed_id, feeds.shape
    from {{ ref('graded_findings') }} as findings
    inner join {{ source('run_records', 'feeds') }} as feeds on findings.city_id = feeds.city_id and findings.feed_id = feeds.feed_id
    where findings.rule_id = 'no_delivery'
),

wanted as (
    select distinct measures.shape, lines.line
    from {{ ref('indicator_catalogue') }} as indicators
    inner join {{ ref('indicator_lines') }} as lines on indicators.indicator_id = lines.indicator_id
    inner join {{ ref('measures') }} as measures
        on {{ in_list('measures.measure_id', "concat_ws(';', indicators.numerator, indicators.denominator)") }}
),

spoken as (
    select distinct deliveries.city_id, feeds.shape
    from {{ source('run_records', 'deliveries') }} as deliveries
    inner join {{ source('run_records', 'feeds') }} as feeds on deliveries.city_id = feeds.city_id and deliveries.feed_id = feeds.feed_id
    where deliveries.in_use
),

parents as (
    -- A feed's own findings stand under its never having come.
    select findings.gap_id, silent.parent_id, 1 as rank
    from {{ ref('graded_findings') }} as findings
    inner join {{ ref('statements') }} as rules on findings.rule_id = rules.rule_id
    inner join silent on findings.city_id = silent.city_id and findings.feed_id = silent.feed_id
    where {{ in_list("'no_delivery'", "coalesce(rules.parents, '')") }}
    union all
    -- So do indicators of its shape that no feed of that shape tells.
    select findings.gap_id, min(silent.parent_id), 2
    from {{ ref('graded_findings') }} as findings
    inner join wanted on findings.indicator_id = wanted.line
    inner join silent on findings.city_id = silent.city_id and wanted.shape = silent.shape
    anti join spoken on silent.city_id = spoken.city_id and silent.shape = spoken.shape
    where findings.rule_id in ('missing_indicator', 'not_told_apart', 'single_source')
    group by findings.gap_id
    union all
    select findings.gap_id, missing.gap_id, 3
    from {{ ref('graded_findings') }} as findings
    inner join {{ ref('statements') }} as rules on findings.rule_id = rules.rule_id
    inner join {{ ref('graded_findings') }} as missing
        on findings.city_id = missing.city_id and findings.indicator_id = missing.indicator_id and missing.rule_id = 'missing_indicator'
    where {{ in_list("'missing_indicator'", "coalesce(rules.parents, '')") }}
),

judged as (
    select findings.* exclude (step), parents.parent_id, decided.reason as decision_reason, decided.owner as decision_owner, decided.expires as decision_expires,
        decided.decision, coalesce(decided.expired, false) as expired,
        greatest(1, findings.step - case when decided.decision = 'accepted' and not decided.expired then 1 else 0 end) as step
    from {{ ref('graded_findings') }} as findings
    left join decided on findings.gap_id = decided.gap_id
    left join (select * from parents qualify row_number() over (partition by gap_id order by rank, parent_id) = 1) as parents on findings.gap_id = parents.gap_id
),

lapsed as (
    select {{ text_hash("'expired|' || gap_id") }} as gap_id, city_id, 'expired_decision' as rule_id, gap_code, indicator_id, feed_id, area_id, dimension,
        decision_expires, decision_owner, decision, gap_id as about
    from judged where expired
),

alike as (
    select city_id, rule_id, step, count(*) as siblings, min(gap_code) as gap_code
    from judged where parent_id is null and (decision is null or expired)
    group by city_id, rule_id, step having count(*) > 20
)

select judged.gap_id, coalesce(judged.parent_id, case when alike.rule_id is not null and (judged.decision is null or judged.expired) then {{ text_hash("'fold|' || judged.city_id || '|' || judged.rule_id || '|' || judged.step") }} end) as parent_id,
    judged.city_id, judged.gap_code, judged.rule_id, judged.indicator_id, judged.feed_id, judged.area_id, judged.dimension, judged.period_start, judged.period_end,
    judged.expected_n, judged.available_n, judged.words, judged.figures, judged.evidence_query, judged.metric, judged.value, judged.threshold, judged.step,
    case when judged.decision is null or judged.expired then case when judged.parent_id is not null or alike.rule_id is not null then 'folded' else 'open' end
        else judged.decision end as status,
    judged.decision_reason, judged.decision_owner, judged.decision_expires
from judged left join alike on judged.city_id = alike.city_id and judged.rule_id = alike.rule_id and judged.step = alike.step
union all
select {{ text_hash("'fold|' || city_id || '|' || rule_id || '|' || step") }}, null, city_id, gap_code, rule_id || '_many', null, null, null, null, null, null, siblings, null,
    [{'name': 'siblings', 'value': cast(siblings as varchar)}], json_object('siblings', siblings),
    'select count(*) as siblings from gaps where parent_id = ''' || {{ text_hash("'fold|' || city_id || '|' || rule_id || '|' || step") }} || ''' and status = ''folded'' and city_id = ''' || city_id || '''',
    'siblings', siblings, 20, step, 'open', null, null, null
from alike
union all
select gap_id, null, city_id, gap_code, rule_id, indicator_id, feed_id, area_id, dimension, null, null, null, null,
    [{'name': 'expires', 'value': decision_expires}, {'name': 'decision', 'value': case decision when 'accepted' then 'accept' else 'waive' end}, {'name': 'owner_decided', 'value': decision_owner}, {'name': 'gap_code', 'value': gap_code}],
    json_object('expires', decision_expires), 'select decision_expires as expires from gaps where gap_id = ''' || about || ''' and city_id = ''' || city_id || '''',
    'expired', 1, 0, 2, 'open', null, decision_owner, decision_expires
from lapsed
