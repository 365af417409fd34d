"""What was recorded cannot lie ahead of the day its delivery came: such a row is set aside, and may be of any period."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from sga_pipeline.conform.after_arrival import last_possible_day, not_ahead
from sga_pipeline.contracts.assessment import read_assessment
from tests.city_folder import HEADER, residents, write_city
from tests.unit.test_stretches import LENIENT, SMALL, WHOLE, feed

# The contract of the small city sets later days aside by a rule of its own, which is another matter.
FREE = {"  - {rule: in_range, id: not_in_the_future, column: occurred_on, maximum: 2024-03-01}\n": "", "rules:\n": "\n"}
COUNTS = """\
id: counts
title: Counts
family: police
shape: crime_counts
owner: {name: Police, contact: statistics office}
licence: CC-BY-4.0
citation: Police.
source: {connector: file, address: counts.csv}
format: {kind: csv}
cadence: monthly
allowed_lag_days: 90
spatial_levels: [city]
replaces: all
add_up: true
coverage: {first: 2022-01-01, last: 2023-12-31}
columns:
  period: {from: period}
  iccs_code: {constant: "0101"}
  unit_counted: {constant: victims}
  count: {from: count}
"""


def lines(*days: str) -> str:
    return HEADER + "".join(f"a{n},{day},,hom,1,,,\n" for n, day in enumerate(days))


# Deliveries of these tests come on 2024-01-01; where the source is, it may be the next day.
@pytest.mark.parametrize("sizes", [WHOLE, SMALL])
def test_a_row_dated_ahead_is_set_aside_without_a_period(sizes: object) -> None:
    with feed(sizes, FREE) as one:  # type: ignore[arg-type]
        days = [f"2023-{n % 12 + 1:02d}-05" for n in range(60)]
        outcome = one.bring(lines(*days, "2024-01-02", "2024-01-03", "2032-05-05"))
        assert outcome.rules == {"after_arrival:occurred_on": 2}
        assert (outcome.rows_kept, outcome.rows_quarantined) == (61, 2)
        [fate] = [entry for entry in outcome.row_fates if entry.fate == "quarantined"]
        assert (fate.period, fate.area_id, fate.code, fate.rows) == (None, "d01", "0101", 2)
        assert {row["line"] for row in one.set_aside(outcome)} == {63, 64}


def test_the_same_bytes_count_by_the_day_they_first_came() -> None:
    with feed(WHOLE, FREE) as one:
        text = lines("2023-05-05", "2024-01-09")
        assert one.bring(text).rows_quarantined == 1
        one.bring(lines("2023-05-05"))
        one.brought += 24 * 30
        assert one.bring(text).rows_quarantined == 1
        assert one.bring(text + "b,2024-01-10,,hom,1,,,\n").rows_quarantined == 0


def test_a_stretch_with_a_row_ahead_is_read_again_in_the_next_delivery() -> None:
    with feed(SMALL, FREE) as one:
        text = lines(*[f"2023-{n % 12 + 1:02d}-05" for n in range(60)], "2024-01-09")
        assert one.bring(text).rows_quarantined == 1
        one.brought += 24 * 30
        assert one.bring(text + "b,2023-01-10,,hom,1,,,\n").rows_quarantined == 0


@pytest.mark.parametrize(
    ("period", "passes"),
    [
        ("2024", True),
        ("2024-Q1", True),
        ("2024-01", True),
        ("2024-02", False),
        ("2024-Q2", False),
        ("2025", False),
        ("2024-1", True),
        ("20", True),
    ],
)
def test_a_period_that_has_begun_is_possible(tmp_path: Path, period: str, passes: bool) -> None:
    city = write_city(tmp_path, LENIENT)
    (city / "feeds" / "counts.yaml").write_text(COUNTS)
    plan = next(one for one in read_assessment([city]).cities[0].feeds if one.id == "counts")
    found = not_ahead(plan, last_possible_day("2024-01-01T10:00:00Z"))
    assert found is not None and found[0] == "period"
    assert pl.DataFrame({"period": [period]}).select(found[1]("period")).item() is passes


def test_figures_that_may_be_projections_are_left_alone(tmp_path: Path) -> None:
    city = write_city(tmp_path)
    columns = "columns:\n  area_id: {from: area}\n  year: {from: year}\n  persons: {from: persons}\n"
    (city / "feeds" / "residents.yaml").write_text(residents("district", columns))
    plan = next(one for one in read_assessment([city]).cities[0].feeds if one.id == "residents")
    assert not_ahead(plan, last_possible_day("2024-01-01T10:00:00Z")) is None
