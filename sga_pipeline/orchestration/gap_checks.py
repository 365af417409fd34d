"""One asset check for each kind of gap on a city's release: passed where nothing of medium or above is open."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg

from sga_pipeline.contracts.catalogue import Catalogue
from sga_pipeline.publish.query import run_query

SHOWN = 5


def gap_check_specs(
    key: dg.AssetKey, catalogue: Catalogue, cities: dg.PartitionsDefinition[str]
) -> list[dg.AssetCheckSpec]:
    """A check for each type of gap."""
    return [
        dg.AssetCheckSpec(
            _name(code, row["gap_type"]),
            asset=key,
            description=f"No finding of the type {code} with a severity of medium or above is open.",
            partitions_def=cities,
        )
        for code, row in catalogue.gap_types.items()
    ]


def gap_check_results(key: dg.AssetKey, catalogue: Catalogue, release: Path) -> Iterator[dg.AssetCheckResult]:
    """The results: findings never fail a run, so they are warnings here."""
    _, rows = run_query(
        release,
        "select gap_code, severity, statement, evidence from gaps where status = 'open' "
        "order by list_position(['critical', 'high', 'medium', 'low'], severity), statement",
    )
    for code, kind in catalogue.gap_types.items():
        found = [row for row in rows if row[0] == code]
        worse = [row for row in found if row[1] != "low"]
        worst = str(found[0][1]) if found else "none"
        yield dg.AssetCheckResult(
            check_name=_name(code, kind["gap_type"]),
            asset_key=key,
            passed=not worse,
            severity=dg.AssetCheckSeverity.WARN,
            metadata={
                "open findings": len(found),
                "worst": worst,
                "timeframe": kind["timeframe"],
                "statements": dg.MetadataValue.md(
                    "\n".join(f"- {row[1]}: {row[2]}" for row in found[:SHOWN]) or "none"
                ),
                "evidence": dg.MetadataValue.json({"of the first": str(found[0][3])} if found else {}),
                "gap register": dg.MetadataValue.path(str(release / "gaps.html")),
            },
        )


def _name(code: str, gap_type: str) -> str:
    return f"{code}_{gap_type}"
