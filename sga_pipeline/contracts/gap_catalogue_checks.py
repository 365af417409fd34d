"""What the catalogue of gaps must satisfy: rules of known codes, requirements of known indicators, thresholds in order."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sga_pipeline.contracts.catalogue import Catalogue
from sga_pipeline.contracts.csv_rows import Row
from sga_pipeline.errors import Problem

SEVERITIES = ("low", "medium", "high", "critical")
# Rules about findings of any code.
ANY = "any"
TIMEFRAMES = ("immediate", "short", "medium", "long")
# What the guide says that gaps in data collection may relate to.
FACETS = ("frequency_and_coverage", "methods_platforms_and_tools", "reliability_and_validity", "reporting_mechanisms")
ADD_CODE = "Correct it, or add it to gap_types.csv."


def check_gap_catalogue(catalogue: Catalogue) -> Iterator[Problem]:
    """Every problem of gap types, rules, thresholds and requirements, with its line."""
    yield from _types(catalogue)
    yield from _rules(catalogue)
    yield from _thresholds(catalogue)
    for row in catalogue.requirements:
        if row["indicator_id"] not in catalogue.indicators:
            yield row.problem("not an indicator of the catalogue", "Correct the name.", "indicator_id")
        if not row["months_between"].isdigit() or row["months_between"] == "0":
            yield row.problem("not a number of months", "Write it in figures.", "months_between")


def _types(catalogue: Catalogue) -> Iterator[Problem]:
    for row in catalogue.gap_types.values():
        if row["timeframe"] not in TIMEFRAMES:
            yield row.problem("no such timeframe", f"Use one of {', '.join(TIMEFRAMES)}.", "timeframe")
        if row["facet"] not in FACETS:
            yield row.problem("no such facet of gaps", f"Use one of {', '.join(FACETS)}.", "facet")
        if row["core_uplift"] not in {"0", "1"}:
            yield row.problem("a core uplift is 0 or 1", "Correct it.", "core_uplift")


def _rules(catalogue: Catalogue) -> Iterator[Problem]:
    for row in catalogue.statements.values():
        if row["gap_code"] not in catalogue.gap_types and row["gap_code"] != ANY:
            yield row.problem("no such gap code", ADD_CODE, "gap_code")
        for parent in row.listed("parents"):
            if parent not in catalogue.statements:
                yield row.problem("the parent is not a rule", "Correct the name.", "parents", parent)


def _thresholds(catalogue: Catalogue) -> Iterator[Problem]:
    seen: set[tuple[str, str]] = set()
    for row in catalogue.thresholds:
        if row["gap_code"] not in catalogue.gap_types:
            yield row.problem("no such gap code", ADD_CODE, "gap_code")
        if (row["gap_code"], row["metric"]) in seen:
            yield row.problem("the metric is in the file twice", "Keep one of the two.", "metric")
        seen.add((row["gap_code"], row["metric"]))
        if row["bad"] not in {"above", "below"}:
            yield row.problem("bad is above or below", "Correct it.", "bad")
        if message := _out_of_order(row):
            yield row.problem(message, "Correct the numbers.", "metric")


def _out_of_order(row: Row) -> str | None:
    given = [row[name] for name in SEVERITIES if row[name]]
    if not given or not all(re.fullmatch(r"[0-9]+([.][0-9]+)?", one) for one in given):
        return "a metric needs a threshold, and thresholds are numbers"
    numbers = [float(one) for one in given]
    in_order = numbers == sorted(numbers, reverse=row["bad"] == "below")
    return None if in_order else "the thresholds do not rise with severity"
