"""What a run published for a city, in figures, and what about it somebody should look at."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sga_pipeline.errors import SgaError
from sga_pipeline.home import Home
from sga_pipeline.publish.pointer import current_release
from sga_pipeline.publish.query import run_query

SEVERITIES = ("critical", "high", "medium", "low")
# A feed that was refused did arrive: to report it as never delivered as well would send the reader the wrong way.
_FEEDS_IN_TROUBLE = """
    select statement
    from gaps
    where
        status <> 'closed'
        and (
            rule_id in ('unreachable', 'refused')
            or (
                rule_id = 'no_delivery'
                and feed_id not in (select feed_id from gaps where rule_id = 'refused' and status <> 'closed')
            )
        )
    order by feed_id, rule_id
"""
# One spelling that the boundaries do not have leaves an area empty, or the whole city without residents.
_UNKNOWN_AREAS = """
    select statement
    from gaps
    where
        status = 'open'
        and (rule_id in ('unknown_areas', 'other_boundary') or (rule_id = 'unmapped' and dimension = 'area_id'))
    order by feed_id, rule_id
"""
QUARANTINED_ROWS = "select feed_id, period, rows_quarantined, rules from deliveries where rows_quarantined > 0"


@dataclass(frozen=True)
class RunReport:
    """One city after a run."""

    city_id: str
    release: Path
    is_new: bool
    values: int
    missing: int
    # Open gaps by severity, the worst first; severities without a gap are left out.
    gaps: dict[str, int]
    # Statements about feeds that were refused, could not be reached or never came.
    feeds_in_trouble: tuple[str, ...]
    # Statements about area codes that the boundaries do not have.
    unknown_areas: tuple[str, ...]
    quarantined_rows: int


def run_report(home: Home, city_id: str, before: Path | None) -> RunReport:
    """Read the current release; `before` is the one that was current when the run began."""
    release = current_release(home, city_id)
    if release is None:
        raise SgaError("nothing was published", "See the log of the run with: sga ui", city_id)
    _, [(values, missing)] = run_query(release, "select count(value), count(*) - count(value) from observations")
    _, counted = run_query(release, "select severity, count(*) from gaps where status = 'open' group by severity")
    of_severity = {str(severity): int(number) for severity, number in counted}
    _, [(quarantined,)] = run_query(release, "select sum(rows_quarantined) from deliveries where in_use")
    return RunReport(
        city_id,
        release,
        is_new=release != before,
        values=int(values),
        missing=int(missing),
        gaps={severity: of_severity[severity] for severity in SEVERITIES if severity in of_severity},
        feeds_in_trouble=_statements(release, _FEEDS_IN_TROUBLE),
        unknown_areas=_statements(release, _UNKNOWN_AREAS),
        quarantined_rows=int(quarantined or 0),
    )


def _statements(release: Path, sql: str) -> tuple[str, ...]:
    return tuple(str(statement) for (statement,) in run_query(release, sql)[1])
