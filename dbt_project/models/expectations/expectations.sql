-- Grain: city x expectation x indicator or feed it is about (none, where it is about the summary as a whole).
with
    outcomes_of_suites as (
        select city_id, position, unnest(outcomes) as outcome from {{ ref('expectation_suites') }}
    )

select
    city_id,
    outcome.engine,
    outcome.check_name,
    outcome.suite,
    outcome.asset,
    outcome.severity,
    outcome.passed,
    outcome.failed_rows,
    outcome.checked_rows,
    outcome.about,
    outcome.gap_code,
    outcome.rule_id,
    outcome.indicator_id,
    outcome.feed_id,
    outcome.area_id,
    outcome.period,
    outcome.figures,
    outcome.evidence_query
from outcomes_of_suites
