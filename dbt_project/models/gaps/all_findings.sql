-- Grain: finding, before it is graded: what the rules of every gap kind and the expectations found.
-- `identity` is the rule's name as it enters the gap_id.
{% set kinds = [
    'g04_coverage_temporal',
    'g07_geocoding_completeness',
    'g09a_reliability_revisions',
    'g09b_reliability_source_discordance',
    'g09c_reliability_precision_small_numbers',
    'g09d_reliability_outliers',
    'g10a_validity_conformance',
    'g10b_validity_concept',
    'g16_series_break',
    'g18_denominator_quality',
    'g20_uniqueness',
    'g22_single_source'
] %}

with
    findings_of_kinds as ({{ stack_gap_kinds(kinds) }}),

    findings as (
        select *
        from findings_of_kinds
        union all by name
        select *, rule_id as identity
        from {{ ref('findings_of_expectations') }}
        union all by name
        select *, rule_id as identity
        from {{ ref('found_arrivals') }}
        union all by name
        select *, rule_id as identity
        from {{ ref('found_methods') }}
        union all by name
        select *, rule_id as identity
        from {{ ref('found_coverage') }}
    ),

    -- A finding keeps its gap_id for as long as it is about the same thing, so the key must stay as it is.
    keyed_findings as (
        select
            *,
            concat_ws(
                '|',
                city_id,
                identity,
                coalesce(indicator_id, ''),
                coalesce(feed_id, ''),
                coalesce(area_id, ''),
                coalesce(dimension, '')
            ) as finding_key
        from findings
    )

select
    {{ text_hash('findings.finding_key') }} as gap_id,
    findings.city_id,
    rules.gap_code,
    findings.rule_id,
    findings.indicator_id,
    findings.feed_id,
    findings.area_id,
    findings.dimension,
    findings.period_start,
    findings.period_end,
    findings.expected_n,
    findings.available_n,
    findings.metrics,
    findings.words,
    findings.figures,
    findings.evidence_query
from keyed_findings as findings
inner join {{ ref('statements') }} as rules on findings.rule_id = rules.rule_id
