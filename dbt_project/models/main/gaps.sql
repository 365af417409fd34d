-- Grain: finding: what the assessment needed from the data and did not get, with severity, evidence,
-- owner and a next step. A finding keeps the day it was first seen, whatever day is assessed later; it is
-- new where the release before does not have it. One that is no longer found is closed, never deleted.
with
    lines as (
        select indicator_id, line
        from {{ ref('indicator_lines') }}
        union
        select indicator_id, indicator_id
        from {{ ref('indicator_catalogue') }}
    ),

    -- Whom to ask about an indicator: the owner of the preferred feed that gives it.
    indicator_owners as (
        select
            given.city_id,
            lines.line as indicator_id,
            arg_min(feeds.owner, (feeds.preference, feeds.feed_id)) as owner
        from {{ ref('source_values') }} as given
        inner join lines on given.indicator_id = lines.indicator_id
        inner join
            {{ source('run_records', 'feeds') }} as feeds
            on given.city_id = feeds.city_id
            and given.feed_id = feeds.feed_id
        group by all
    ),

    current_findings as (
        select
            findings.gap_id,
            findings.parent_id,
            findings.city_id,
            findings.gap_code,
            types.gap_type,
            types.facet,
            findings.rule_id,
            case
                findings.step when 4 then 'critical' when 3 then 'high' when 2 then 'medium' else 'low'
            end as severity,
            findings.step,
            coalesce(dependents.indicators_n, 0) as indicators_n,
            coalesce(dependents.core_indicators_n, 0) as core_indicators_n,
            findings.indicator_id,
            findings.feed_id,
            findings.area_id,
            findings.period_start,
            findings.period_end,
            findings.dimension,
            findings.metric,
            findings.value,
            findings.threshold,
            findings.expected_n,
            findings.available_n,
            texts.statement,
            texts.recommendation,
            types.timeframe,
            coalesce(feeds.owner, indicator_owners.owner, cities.name) as owner,
            cast(
                json_object('query', findings.evidence_query, 'figures', findings.figures) as varchar
            ) as evidence,
            findings.status,
            findings.decision_reason,
            findings.decision_owner,
            findings.decision_expires,
            cast(cities.as_of as varchar) as seen_on
        from {{ ref('findings_with_status') }} as findings
        inner join {{ ref('gap_types') }} as types on findings.gap_code = types.gap_code
        inner join {{ source('run_records', 'cities') }} as cities on findings.city_id = cities.city_id
        inner join
            {{ ref('gap_texts') }} as texts
            on findings.city_id = texts.city_id
            and findings.gap_id = texts.gap_id
            and texts.language = 'en'
        left join
            {{ source('run_records', 'feeds') }} as feeds
            on findings.city_id = feeds.city_id
            and findings.feed_id = feeds.feed_id
        left join {{ ref('dependent_indicators') }} as dependents on findings.gap_id = dependents.gap_id
        left join
            indicator_owners
            on findings.city_id = indicator_owners.city_id
            and findings.indicator_id = indicator_owners.indicator_id
    ),

    -- Open findings that conclusions depend on, those of core indicators first; of one rule three at most.
    leading_findings as (
        select
            gap_id,
            row_number() over (
                partition by city_id
                order by step desc, core_indicators_n desc, indicators_n desc, gap_code, gap_id
            ) as place
        from
            (
                select *
                from current_findings
                where status = 'open' and step >= 2
                qualify
                    row_number() over (
                        partition by city_id, replace(rule_id, '_many', '')
                        order by step desc, core_indicators_n desc, indicators_n desc, gap_id
                    )
                    <= 3
            )
    ),

    earlier_findings as (select * from {{ source('run_records', 'gap_history') }}),

    dated_findings as (
        select
            current_findings.* exclude (seen_on, step),
            case when leading_findings.place <= 10 then leading_findings.place end as top_ten,
            earlier_findings.gap_id is null or earlier_findings.status = 'closed' as is_new,
            coalesce(earlier_findings.first_seen, seen_on) as first_seen,
            -- An assessment as of an earlier day sees no finding before it was first seen.
            greatest(coalesce(earlier_findings.first_seen, seen_on), seen_on) as last_seen
        from current_findings
        left join leading_findings on current_findings.gap_id = leading_findings.gap_id
        left join
            earlier_findings
            on current_findings.city_id = earlier_findings.city_id
            and current_findings.gap_id = earlier_findings.gap_id
    ),

    closed_findings as (
        select
            earlier_findings.* replace ('closed' as status, null as parent_id), types.facet, false as is_new
        from earlier_findings
        left join {{ ref('gap_types') }} as types on earlier_findings.gap_code = types.gap_code
        anti join
            current_findings
            on earlier_findings.city_id = current_findings.city_id
            and earlier_findings.gap_id = current_findings.gap_id
    )

select *
from dated_findings
union all by name
select *
from closed_findings
