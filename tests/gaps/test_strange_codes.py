"""One area under a name the boundaries do not know: few of all records, and yet all that happened in that area."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from sga_pipeline.home import Home
from sga_pipeline.publish.pointer import current_release
from sga_pipeline.publish.query import run_query
from tests.city_folder import HEADER, write_city, write_districts
from tests.runs import Run

AREAS = 30
CITY_ID = "xx_areas"


@dataclass(frozen=True)
class Outcome:
    """What the run prints, the findings on area codes, and the districts' figures."""

    out: str
    findings: list[tuple[object, ...]]
    figures: dict[str, tuple[object, ...]]


def city_in(folder: Path) -> Path:
    city = write_city(folder, city_id=CITY_ID)
    write_districts(city, {f"d{at:02}": (-74.0 + at * 0.1, 4.0) for at in range(1, AREAS + 1)})
    # District 30 is written 90; a single record of district 1 is written 77.
    lines = [
        f"e{at},2023-{at % 12 + 1:02}-15,2024-01-05,rob,{90 if at % AREAS == 0 else at % AREAS},,G,Y\n"
        for at in range(600)
    ]
    lines += ["x1,2023-05-05,2024-01-05,rob,77,,G,Y\n", "x2,2023-02-30,2024-01-05,rob,1,,G,Y\n"]
    (city / "data" / "incidents.csv").write_text(HEADER + "".join(lines), encoding="utf-8")
    return city


@pytest.fixture
def outcome(small_cities: Run) -> Outcome:
    release = current_release(Home(small_cities.home), CITY_ID)
    assert release is not None
    _, findings = run_query(release, "select severity, metric, statement from gaps where rule_id = 'unknown_areas'")
    _, figures = run_query(
        release,
        "select area_id, numerator, obs_status from observations where indicator_id = 'crime.robbery_firearm_rate' and freq = 'A' "
        "and period = '2023' and area_level = 'district' and sex = '_T' and age = '_T' and other_dim is null",
    )
    return Outcome(
        _said_of(small_cities, CITY_ID),
        [tuple(row) for row in findings],
        {str(row[0]): tuple(row[1:]) for row in figures},
    )


def _said_of(run: Run, city_id: str) -> str:
    """What the run prints of one of its cities."""
    _, after = run.said.split(f"{city_id}: ", 1)
    return re.split(r"\n(?=\S)", after, maxsplit=1)[0] + "\n"


def test_an_unmatched_area_is_grave_though_few_records_are(outcome: Outcome) -> None:
    [(severity, metric, statement)] = outcome.findings
    # 21 of 601 records: more than 95 in 100 are known, which alone would be no finding.
    assert (severity, metric) == ("high", "areas_unmatched")
    assert str(statement).startswith("21 of 601 in Police incidents carry area codes that match no boundary: d90")


def test_it_is_not_said_to_have_had_none(outcome: Outcome) -> None:
    assert outcome.figures["d01"][0] == 20
    assert "d30" not in outcome.figures


def test_the_run_says_so_and_what_was_set_aside(outcome: Outcome) -> None:
    [(_, _, statement)] = outcome.findings
    assert f"  look at: {statement}\n" in outcome.out
    assert "  rows quarantined: 1; which: sga sql xx_areas" in outcome.out
    assert "not all well" not in outcome.out
