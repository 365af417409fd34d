-- Grain: finding with its status: what the city decided about it, and which other finding explains it.
-- The feed that never came explains what it alone would give; the indicator that is missing explains what
-- else is wrong with it; what two rules say of one thing is one finding; more than twenty open findings of
-- one rule and severity are grouped under one
-- that is added.
with
    findings as (select * from {{ ref('graded_findings') }}),

    -- Of several decisions the one that holds longest counts.
    decisions_on_findings as (
        select
            findings.gap_id,
            decisions.decision,
            decisions.reason,
            decisions.owner,
            decisions.expires,
            cast(decisions.expires as date) < cities.as_of as has_expired
        from findings
        inner join
            {{ source('run_records', 'decisions') }} as decisions
            on findings.city_id = decisions.city_id
            and findings.gap_code = decisions.gap_code
            and coalesce(decisions.rule_id, findings.rule_id) = findings.rule_id
            and coalesce(decisions.indicator_id, findings.indicator_id, '')
            = coalesce(findings.indicator_id, '')
            and coalesce(decisions.feed_id, findings.feed_id, '') = coalesce(findings.feed_id, '')
            and coalesce(decisions.area_id, findings.area_id, '') = coalesce(findings.area_id, '')
        inner join {{ source('run_records', 'cities') }} as cities on findings.city_id = cities.city_id
        where decisions.decision in ('accepted', 'waived')
        qualify
            row_number() over (
                partition by findings.gap_id order by decisions.expires desc, decisions.decision
            )
            = 1
    ),

    feeds_never_delivered as (
        select findings.gap_id as parent_id, findings.city_id, findings.feed_id, feeds.shape
        from findings
        inner join
            {{ source('run_records', 'feeds') }} as feeds
            on findings.city_id = feeds.city_id
            and findings.feed_id = feeds.feed_id
        where findings.rule_id = 'no_delivery'
    ),

    shapes_delivered as (
        select distinct deliveries.city_id, feeds.shape
        from {{ source('run_records', 'deliveries') }} as deliveries
        inner join
            {{ source('run_records', 'feeds') }} as feeds
            on deliveries.city_id = feeds.city_id
            and deliveries.feed_id = feeds.feed_id
        where deliveries.in_use
    ),

    shapes_of_lines as (
        select distinct measures.shape, lines.line
        from {{ ref('indicator_catalogue') }} as indicators
        inner join {{ ref('indicator_lines') }} as lines on indicators.indicator_id = lines.indicator_id
        inner join
            {{ ref('measures') }} as measures
            on {{ in_list('measures.measure_id', "concat_ws(';', indicators.numerator, indicators.denominator)") }}
    ),

    missing_indicators as (
        select gap_id as parent_id, city_id, indicator_id
        from findings
        where rule_id in ('missing_indicator', 'not_computable')
    ),

    possible_parents as (
        -- What else is found about a feed that never came.
        select findings.gap_id, never_came.parent_id, 1 as rank
        from findings
        inner join {{ ref('statements') }} as rules on findings.rule_id = rules.rule_id
        inner join
            feeds_never_delivered as never_came
            on findings.city_id = never_came.city_id
            and findings.feed_id = never_came.feed_id
        where {{ in_list("'no_delivery'", "coalesce(rules.parents, '')") }}
        union all
        -- Indicators made from the shape of such a feed, where no other feed of that shape was delivered.
        select findings.gap_id, min(never_came.parent_id), 2
        from findings
        inner join shapes_of_lines on findings.indicator_id = shapes_of_lines.line
        inner join
            feeds_never_delivered as never_came
            on findings.city_id = never_came.city_id
            and shapes_of_lines.shape = never_came.shape
        anti join
            shapes_delivered
            on never_came.city_id = shapes_delivered.city_id
            and never_came.shape = shapes_delivered.shape
        where findings.rule_id in ('missing_indicator', 'not_computable', 'not_broken_down', 'single_source')
        group by findings.gap_id
        union all
        -- What a contract leaves blank is one finding for whoever wrote it.
        select findings.gap_id, contract_blanks.gap_id, 2
        from findings
        inner join {{ ref('statements') }} as rules on findings.rule_id = rules.rule_id
        inner join
            findings as contract_blanks
            on findings.city_id = contract_blanks.city_id
            and contract_blanks.rule_id = 'contract_blanks'
        where {{ in_list("'contract_blanks'", "coalesce(rules.parents, '')") }}
        union all
        -- Rates that are missing because nobody knows the residents.
        select findings.gap_id, without_residents.gap_id, 3
        from findings
        semi join
            {{ ref('rates_without_residents') }} as rates
            on findings.city_id = rates.city_id
            and findings.indicator_id = rates.indicator_id
        inner join
            findings as without_residents
            on findings.city_id = without_residents.city_id
            and without_residents.rule_id = 'rates_without_residents'
        where findings.rule_id = 'not_computable'
        union all
        -- What else is found about an indicator that is missing.
        select findings.gap_id, missing_indicators.parent_id, 4
        from findings
        inner join {{ ref('statements') }} as rules on findings.rule_id = rules.rule_id
        inner join
            missing_indicators
            on findings.city_id = missing_indicators.city_id
            and findings.indicator_id = missing_indicators.indicator_id
        where {{ in_list("'missing_indicator'", "coalesce(rules.parents, '')") }}
        union all
        select gap_id, parent_id, 5
        from {{ ref('findings_said_twice') }}
    ),

    parents as (
        select gap_id, parent_id
        from possible_parents
        qualify row_number() over (partition by gap_id order by rank, parent_id) = 1
    ),

    decided_findings as (
        select
            findings.* exclude (step),
            parents.parent_id,
            decided.decision,
            decided.reason as decision_reason,
            decided.owner as decision_owner,
            decided.expires as decision_expires,
            coalesce(decided.has_expired, false) as has_expired,
            decided.decision is not null and not decided.has_expired as is_decided,
            -- What the city accepts weighs one less.
            greatest(
                1, findings.step - case when decided.decision = 'accepted' and is_decided then 1 else 0 end
            ) as step
        from findings
        left join decisions_on_findings as decided on findings.gap_id = decided.gap_id
        left join parents on findings.gap_id = parents.gap_id
    ),

    -- The key of a group keeps the word it was first published with: a gap_id must outlive new names.
    groups as (
        select
            decided.city_id,
            decided.rule_id,
            decided.step,
            'fold|'
            || decided.city_id
            || '|'
            || any_value(decided.identity)
            || '|'
            || decided.step as group_key,
            {{ text_hash('group_key') }} as gap_id,
            count(*) as siblings,
            count(distinct decided.indicator_id) as indicators_n,
            count(distinct decided.indicator_id) filter (where indicators.core_flag) as core_n,
            min(decided.gap_code) as gap_code
        from decided_findings as decided
        left join
            {{ ref('indicators') }} as indicators
            on decided.city_id = indicators.city_id
            and decided.indicator_id = indicators.indicator_id
        where decided.parent_id is null and not decided.is_decided
        group by decided.city_id, decided.rule_id, decided.step
        having count(*) > 20
    ),

    findings_in_groups as (
        select
            decided.gap_id,
            coalesce(decided.parent_id, case when not decided.is_decided then groups.gap_id end) as parent_id,
            decided.city_id,
            decided.gap_code,
            decided.rule_id,
            decided.indicator_id,
            decided.feed_id,
            decided.area_id,
            decided.dimension,
            decided.period_start,
            decided.period_end,
            decided.expected_n,
            decided.available_n,
            decided.words,
            decided.figures,
            decided.evidence_query,
            decided.metric,
            decided.value,
            decided.threshold,
            decided.step,
            case
                when decided.is_decided
                then decided.decision
                when decided.parent_id is not null or groups.gap_id is not null
                then 'explained'
                else 'open'
            end as status,
            decided.decision_reason,
            decided.decision_owner,
            decided.decision_expires
        from decided_findings as decided
        left join
            groups
            on decided.city_id = groups.city_id
            and decided.rule_id = groups.rule_id
            and decided.step = groups.step
    ),

    findings_of_groups as (
        select
            gap_id,
            city_id,
            gap_code,
            rule_id || '_many' as rule_id,
            siblings as expected_n,
            [
                {'name':'siblings', 'value':cast(siblings as varchar)},
                {'name':'indicators_n', 'value':cast(indicators_n as varchar)},
                {'name':'core_n', 'value':cast(core_n as varchar)}
            ] as words,
            json_object('siblings', siblings, 'indicators_n', indicators_n, 'core_n', core_n) as figures,
            'select count(*) as siblings, count(distinct indicator_id) as indicators_n, '
            || 'count(distinct indicator_id) filter (where indicator_id in '
            || '(select indicator_id from indicators where core_flag)) as core_n '
            || 'from gaps where status = ''explained'' and parent_id = '
            || {{ quoted_text('gap_id') }}
            || ' and city_id = '
            || {{ quoted_text('city_id') }} as evidence_query,
            'siblings' as metric,
            siblings as value,
            20 as threshold,
            step,
            'open' as status
        from groups
    ),

    expired_decisions as (
        select
            {{ text_hash("'expired|' || gap_id") }} as gap_id,
            city_id,
            gap_code,
            'expired_decision' as rule_id,
            indicator_id,
            feed_id,
            area_id,
            dimension,
            [
                {'name':'expires', 'value':decision_expires},
                {'name':'decision', 'value': case decision when 'accepted' then 'accept' else 'waive' end},
                {'name':'owner_decided', 'value':decision_owner},
                {'name':'gap_code', 'value':gap_code}
            ] as words,
            json_object('expires', decision_expires) as figures,
            'select decision_expires as expires from gaps where gap_id = '
            || {{ quoted_text('decided.gap_id') }}
            || ' and city_id = '
            || {{ quoted_text('city_id') }} as evidence_query,
            'expired' as metric,
            1 as value,
            0 as threshold,
            2 as step,
            'open' as status,
            decision_owner,
            decision_expires
        from decided_findings as decided
        where has_expired
    )

select *
from findings_in_groups
union all by name
select *
from findings_of_groups
union all by name
select *
from expired_decisions
