"""Writes docs/gap-rules.md: every kind of gap with its thresholds and the sentences of its rules, made from the catalogue."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from sga_pipeline.contracts.catalogue import Catalogue, read_catalogue
from sga_pipeline.contracts.generated import keep
from sga_pipeline.paths import CONTRACTS, PROJECT

PAGE = PROJECT / "docs" / "gap-rules.md"
SEVERITIES = ("low", "medium", "high", "critical")
HEAD = """\
# Rules of the gap register

Made from `contracts/catalogue/` (gap_types.csv, thresholds.csv, statements.csv) by `python -m sga_pipeline.contracts.gap_rules_page`; do not edit.

A finding's severity is that of its worst metric. Where a kind weighs one more for core indicators, that holds from medium upwards; core is
the project's own set, or the city's where it has one, never the guide's. A city may change a threshold, with a reason, in the file its `city.yaml` names under `thresholds`. Words in braces are figures; each stands in the evidence of the finding.
"""

TAIL = """\
## Tests of series

| series | table | test |
| --- | --- | --- |
| months, from 24 | `evidence.monthly_series` | Expected is the median of the months next to one and of its season in the years around it; a step is the spread of the series (1.4826 x median deviation), at least the root of what was expected. Out of line are three steps, beyond what chance explains among so many months. |
| months, twelve either side | `evidence.level_shifts` | The difference of the two medians in steps of the spread within both; what moves as much a year earlier or later is a trend. |
| years, from six | `evidence.annual_series` | Expected is the median of up to three years before and three after; a step is the spread of the series, at least a standard error of the value and a tenth of what was expected. Out of line are three steps. |
| years, three to five either side | `evidence.annual_shifts` | The difference of the two medians in steps of the spread within both, at least a standard error and a tenth of the level. Where less than half of the move happens in the year itself it is a trend. |
| values, from four | `evidence.withheld_values` | A series is steady where at least half of its values, and three, lie within three times of each other. A value that is 10, 100 or 1000 times its nearest steady neighbours, or such a part of them, give or take 40 %, is a slip of the unit; of counted events only from a hundred. |
| residents, from year to year | `evidence.population_steps` | The change a year, of areas of a thousand residents or more. |
"""


def page(catalogue: Catalogue) -> str:
    lines = [HEAD]
    for code, kind in catalogue.gap_types.items():
        uplift = " One more for core indicators." if kind["core_uplift"] == "1" else ""
        lines += [
            f"## {code} {kind['gap_type'].replace('_', ' ')}",
            "",
            f"{kind['facet'].replace('_', ' ').capitalize()}. To be mended: {kind['timeframe']}.{uplift}",
            "",
        ]
        lines += ["| metric | low | medium | high | critical | basis |", "| --- | --- | --- | --- | --- | --- |"]
        lines += [_metric(row) for row in catalogue.thresholds if row["gap_code"] == code]
        lines += ["", *_rules(catalogue, code), ""]
    lines += ["## Of any kind", "", *_rules(catalogue, "any"), "", TAIL]
    return "\n".join(lines).rstrip() + "\n"


def _metric(row: dict[str, str]) -> str:
    sign = ">" if row["bad"] == "above" else "<"
    limits = " | ".join(f"{sign} {row[name]}" if row[name] else "" for name in SEVERITIES)
    return f"| {row['metric'].replace('_', ' ')} | {limits} | {row['provenance']} |"


def _rules(catalogue: Catalogue, code: str) -> Iterator[str]:
    for name, row in catalogue.statements.items():
        if row["gap_code"] == code:
            yield f"- **{name}**: {row['statement']} *{row['recommendation']}*"


if __name__ == "__main__":
    sys.exit(keep(PAGE, page(read_catalogue(CONTRACTS / "catalogue")), check="--check" in sys.argv))
