-- Grain: finding: what the assessment needed from the data and did not get, with severity, evidence, owner and a next step.
-- A finding keeps the day it was first seen; one that is no longer found is closed, never deleted.
with speaking as (
    select values_.city_id, lines.line as indicator_id, arg_min(feeds.owner, (feeds.preference, feeds.feed_id)) as owner
    from {{ ref('source_values') }} as values_
    inner join (select * from {{ ref('indicator_lines') }} union select indicator_id, indicator_id from {{ ref('indicator_catalogue') }}) as lines on values_.indicator_id = lines.indicator_id
    inner join {{ source('run_records', 'feeds') }} as feeds on values_.city_id = feeds.city_id and values_.feed_id = feeds.feed_id
    group by all
),

standing as (
    select findings.gap_id, findings.parent_id, findings.city_id, findings.gap_code, kinds.gap_type, findings.rule_id,
        case findings.step when 4 then 'critical' when 3 then 'high' when 2 then 'medium' else 'low' end as severity,
        findings.indicator_id, findings.feed_id, findings.area_id, findings.period_start, findings.period_end, findings.dimension,
        findings.metric, findings.value, findings.threshold, findings.expected_n, findings.available_n, texts.statement, texts.recommendation,
        kinds.timeframe, coalesce(feeds.owner, speaking.owner, cities.name) as owner,
        cast(json_object('query', findings.evidence_query, 'figures', findings.figures) as varchar) as evidence,
        findings.status, findings.decision_reason, findings.decision_owner, findings.decision_expires, cities.as_of
    from {{ ref('findings_with_status') }} as findings
    inner join {{ ref('gap_types') }} as kinds on findings.gap_code = kinds.gap_code
    inner join {{ source('run_records', 'cities') }} as cities on findings.city_id = cities.city_id
    inner join {{ ref('gap_texts') }} as texts on findings.city_id = texts.city_id and findings.gap_id = texts.gap_id and texts.language = 'en'
    left join {{ source('run_records', 'feeds') }} as feeds on findings.city_id = feeds.city_id and findings.feed_id = feeds.feed_id
    left join speaking on findings.city_id = speaking.city_id and findings.indicator_id = speaking.indicator_id
)

select standing.* exclude (as_of), least(coalesce(history.first_seen, cast(standing.as_of as varchar)), cast(standing.as_of as varchar)) as first_seen,
    cast(standing.as_of as varchar) as last_seen
from standing
left join {{ source('run_records', 'gap_history') }} as history on standing.city_id = history.city_id and standing.gap_id = history.gap_id
union all
select history.* exclude (first_seen, last_seen) replace ('closed' as status, null as parent_id), history.first_seen, history.last_seen
from {{ source('run_records', 'gap_history') }} as history
anti join standing on history.city_id = standing.city_id and history.gap_id = standing.gap_id
