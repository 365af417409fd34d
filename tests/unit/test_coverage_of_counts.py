"""What a table of counts covers: the periods it has a column for, and without a declared first day those it has rows of."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sga_pipeline.contracts.assessment import FeedPlan, read_assessment
from sga_pipeline.run_records.coverage import covered
from tests.city_folder import write_city

LONG = """\
id: incidents
title: Homicides
family: police
shape: crime_counts
owner: {name: Police, contact: statistics office}
licence: CC-BY-4.0
citation: Police.
source: {connector: file, address: incidents.csv}
format: {kind: csv}
cadence: annual
allowed_lag_days: 90
spatial_levels: [city]
replaces: all
add_up: true
coverage: COVERAGE
columns:
  period: {from: month}
  iccs_code: {constant: "0101"}
  unit_counted: {constant: victims}
  count: {from: n}
"""
WIDE = LONG.replace(
    "columns:\n", 'melt: {columns: "{month}", parts: {month: "[0-9]{4}-[0-9]{2}"}, value: n}\ncolumns:\n'
)
DECLARED, OPEN = "{first: 2023-01-01, last: 2023-12-31}", "{}"
MAY_MISSING = ["2023-01", "2023-02", "2023-03", "2023-04", "2023-06"]


def plan(folder: Path, contract: str, coverage: str) -> FeedPlan:
    city = write_city(folder)
    (city / "feeds" / "incidents.yaml").write_text(contract.replace("COVERAGE", coverage), encoding="utf-8")
    return read_assessment([city]).cities[0].feeds[0]


def days(plan: FeedPlan, periods: list[str]) -> list[tuple[date, date]]:
    outcome = SimpleNamespace(
        period=None, first_day=None, last_day=None, sha256="a" * 64, volumes=[("01", one, 1, 1.0) for one in periods]
    )
    conformed: Any = [SimpleNamespace(outcome=outcome, in_use=True)]
    return [(one.first, one.last) for one in covered(plan, conformed)]


@pytest.mark.parametrize(
    ("contract", "coverage", "periods", "expected"),
    [
        # A column for each month: the month without one is not reported, whatever is declared.
        (WIDE, DECLARED, MAY_MISSING, [(date(2023, 1, 1), date(2023, 4, 30)), (date(2023, 6, 1), date(2023, 6, 30))]),
        # A row for each month: one that is not there is zero, where the contract says that the year is complete.
        (LONG, DECLARED, MAY_MISSING, [(date(2023, 1, 1), date(2023, 12, 31))]),
        # No first day: the periods that have rows, and the whole of each.
        (
            LONG,
            OPEN,
            ["2021", "2022", "2024-Q1"],
            [(date(2021, 1, 1), date(2022, 12, 31)), (date(2024, 1, 1), date(2024, 3, 31))],
        ),
        (LONG, "{first: 2020-01-01}", ["2021"], [(date(2020, 1, 1), date(2021, 12, 31))]),
        (LONG, "{last: 2021-12-31}", ["2021", "2022"], [(date(2021, 1, 1), date(2021, 12, 31))]),
        (LONG, OPEN, [], []),
    ],
)
def test_a_table_covers_the_periods_it_has(
    tmp_path: Path, contract: str, coverage: str, periods: list[str], expected: list[tuple[date, date]]
) -> None:
    assert days(plan(tmp_path, contract, coverage), periods) == expected
