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

A finding's severity is that of its worst metric. Where a kind weighs one more for core indicators, that holds from medium upwards. A city may change a threshold, with a
reason, in the file its `city.yaml` names under `thresholds`. Words in braces are figures; each stands in the evidence of the finding.
"""


def page(catalogue: Catalogue) -> str:
    lines = [HEAD]
    for code, kind in catalogue.gap_types.items():
        uplift = " One more for core indicators." if kind["core_uplift"] == "1" else ""
        lines += [
            f"## {code} {kind['gap_type'].replace('_', ' ')}",
            "",
            f"To be mended: {kind['timeframe']}.{uplift}",
            "",
        ]
        lines += ["| metric | low | medium | high | critical | basis |", "| --- | --- | --- | --- | --- | --- |"]
        lines += [_metric(row) for row in catalogue.thresholds if row["gap_code"] == code]
        lines += ["", *_rules(catalogue, code), ""]
    lines += ["## Of any kind", "", *_rules(catalogue, "any"), ""]
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
