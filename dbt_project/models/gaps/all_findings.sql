-- Grain: finding, before it is graded: what the rules of every gap kind and the expectations found.
-- `identity` is the rule's name as it enters the gap_id.
{% set kinds = [
    'g01_missing_core_indicator',
    'g02_category_completeness',
    'g03_frequency',
    'g04_coverage_temporal',
    'g05_coverage_spatial',
    'g06_coverage_population_dark_figure',
    'g07_geocoding_completeness',
    'g08a_methods_documentation',
    'g08b_platforms_tools',
    'g08c_classification_mapping',
    'g09a_reliability_revisions',
    'g09b_reliability_source_discordance',
    'g09c_reliability_precision_small_numbers',
    'g09d_reliability_outliers',
    'g10a_validity_conformance',
    'g10b_validity_concept',
    'g11_disaggregation',
    'g12_spatial_granularity',
    'g13_timeliness',
    'g14_comparability_between_cities',
    'g15_no_national_comparator',
    'g16_series_break',
    'g17_zero_vs_missing',
    'g18_denominator_quality',
    'g19_confidentiality_suppression',
    'g20_uniqueness',
    'g21_reporting_mechanism',
    'g22_single_source',
    'g23_provenance_licence'
] %}

with
    findings_of_kinds as ({{ stack_gap_kinds(kinds) }}),

    findings as (
        select *
        from findings_of_kinds
        union all by name
        select *, rule_id as identity
        from {{ ref('findings_of_expectations') }}
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
    findings.identity,
    findings.city_id,
    rules.gap_code,
    findings.rule_id,
    findings.indicator_id,
    findings.feed_id,
    findings.area_id,
    findings.dimension,
    findings.period_start,
    findings.period_end,
    cast(findings.expected_n as bigint) as expected_n,
    cast(findings.available_n as bigint) as available_n,
    findings.metrics,
    findings.words,
    findings.figures,
    findings.evidence_query
from keyed_findings as findings
inner join {{ ref('statements') }} as rules on findings.rule_id = rules.rule_id
