"""What was known on a day is rebuilt from deliveries alone; revisions and corrections stand in the release with their dates and counts."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from unittest.mock import patch

import pytest

import sga_pipeline.orchestration.pull_assets
import sga_pipeline.publish.put_in_force
from sga_pipeline.home import Home
from sga_pipeline.orchestration.run_in_process import run_in_process
from sga_pipeline.orchestration.scope import Scope
from tests.city_folder import CITY, HEADER, write_city
from tests.prepared import dbt_forked
from tests.runs import Run, sga

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
SOURCE = "source: {connector: file, address: incidents.csv}"
DAYS = [date(2024, 1, 20), date(2024, 2, 20), date(2024, 3, 20)]
RESIDENTS = """\
id: residents
title: Residents
family: official_statistics
shape: population
owner: {name: Statistics office, contact: statistics office}
licence: CC-BY-4.0
citation: Statistics office, residents.
source: {connector: file, address: residents.csv}
format: {kind: csv}
cadence: annual
allowed_lag_days: 90
replaces: all
spatial_levels: [city]
columns:
  area_id: {constant: XS}
  year: {from: year}
  persons: {from: persons}
"""
CORRECTIONS = """\
corrections:
  - id: wrong_offence
    feed: incidents
    row: {event_id: 2023-02-0}
    column: iccs_code
    expect: "0101"
    value: "0401"
    reason: The file was closed as a robbery
    decided_by: Records office
    decided_on: 2024-02-01
    evidence: Letter 12
  - id: changed_since
    feed: incidents
    row: {event_id: 2023-02-2}
    column: weapon
    expect: knife
    value: firearm
    reason: The report says so
    decided_by: Records office
    decided_on: 2024-02-01
    evidence: Letter 13
"""


def month_file(month: str, events: int) -> str:
    """Three incidents in ten are robberies; events of a month bear its name."""
    lines = [
        f"{month}-{n},{month}-{n % 28 + 1:02d},2024-01-05,{'rob' if n % 10 > 6 else 'hom'},{n % 3 + 1},,G,Y\n"
        for n in range(events)
    ]
    return HEADER + "".join(lines)


def the_city(folder: Path) -> Path:
    source = "source: {connector: file, address: 'm/{period}.csv', periods: {freq: M, first: 2023-01, last: 2023-12}}"
    city = write_city(
        folder,
        {
            SOURCE: source,
            "coverage: {first: 2022-01-01, last: 2023-12-31}\n": "",
            "allowed_lag_days: 90": "allowed_lag_days: 20",
        },
    )
    (city / "city.yaml").write_text(CITY.replace("as_of: 2024-03-01\n", ""))
    (city / "data" / "m").mkdir(exist_ok=True)
    (city / "feeds" / "residents.yaml").write_text(RESIDENTS)
    (city / "data" / "residents.csv").write_text("year,persons\n2022,90000\n2023,91000\n")
    return city


def deliver(city: Path, vintage: int) -> None:
    """Late, revised and out of order: the first day lacks March and April, the second brings April, the third March and restates summer."""
    for number in range(1, 13):
        month, events = f"2023-{number:02d}", 40 + number
        if (number == 3 and vintage < 2) or (number == 4 and vintage < 1):
            continue
        if 6 <= number <= 8:
            events += 10 * vintage
        (city / "data" / "m" / f"{month}.csv").write_text(month_file(month, events))


@contextmanager
def on(day: date) -> Iterator[None]:
    """The day it is, for everything that looks at a clock."""

    class Clock(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            return datetime(day.year, day.month, day.day, 9, tzinfo=UTC)

    with (
        patch.object(sga_pipeline.orchestration.pull_assets, "datetime", Clock),
        patch.object(sga_pipeline.publish.put_in_force, "datetime", Clock),
        patch.object(Scope, "today", day),
        patch.dict(os.environ),
    ):
        yield


def content(home: Path) -> dict[str, str]:
    """Each table's hash in the release in force."""
    manifest = json.loads((home / "published" / "xx_small" / "current" / "manifest.json").read_text())
    return {name: facts["sha256"] for name, facts in manifest["tables"].items()} | {"all": manifest["content_sha256"]}


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, list[dict[str, str]]]:
    """City, home, and what the releases said that were made on three days."""
    folder = tmp_path_factory.mktemp("grown")
    city, home, said = the_city(folder), folder / "home", []
    for vintage, day in enumerate(DAYS):
        deliver(city, vintage)
        with on(day), dbt_forked():
            run_in_process(Scope(Home(home), (city,)), "xx_small", lambda _: None)
        said.append(content(home))
    return city, home, said


def test_each_day_is_rebuilt_as_it_was_and_todays_release_is_left_alone(
    grown: tuple[Path, Path, list[dict[str, str]]],
) -> None:
    city, home, said = grown
    assert len({one["all"] for one in said}) == 3
    now, raw = (home / "published" / "xx_small" / "current").resolve(), sorted((home / "raw").rglob("*"))
    for day, then in zip(DAYS[:2], said[:2], strict=True):
        done = sga("run", "--as-of", day.isoformat(), "--home", home, city)
        assert done.returncode == 0, done.stderr
        rebuilt = content(home / "as_of" / day.isoformat())
        assert {name: one for name, one in rebuilt.items() if one != then[name]} == {}
        assert f"as_of/{day}" in done.stdout
    assert (home / "published" / "xx_small" / "current").resolve() == now
    assert sorted((home / "raw").rglob("*")) == raw
    assert content(home) == said[2]


def test_revisions_say_first_and_latest_value_with_their_days(grown: tuple[Path, Path, list[dict[str, str]]]) -> None:
    _, home, _ = grown
    rows = Run(home, "xx_small", 0, "").rows(
        "select period, sum(first_reported)::int, sum(latest_reported)::int, max(deliveries), min(first_retrieved), max(latest_retrieved) "
        "from evidence.revisions where feed_id = 'incidents' group by period order by period"
    )
    # Summer alone came three times; June had 46 incidents, and twenty more at last.
    assert rows == [
        (f"2023-{n:02d}", 40 + n, 60 + n, 3, "2024-01-20T09:00:00Z", "2024-03-20T09:00:00Z") for n in (6, 7, 8)
    ]


def test_corrections_are_reported_by_count_and_mark_what_rests_on_them(tmp_path: Path) -> None:
    city, home = the_city(tmp_path), tmp_path / "home"
    deliver(city, 2)
    assert sga("run", "--home", home, city).returncode == 0
    run = Run(home, "xx_small", 0, "")
    figures = "select indicator_id, area_id, period, obs_status, numerator from observations where list_contains(sources, 'incidents') and freq <> 'Q' and sex = '_T' and age = '_T' and other_dim is null"
    before = {row[:3]: row[3:] for row in run.rows(figures)}
    (city / "corrections.yaml").write_text(CORRECTIONS)
    (city / "city.yaml").write_text((city / "city.yaml").read_text() + "corrections: corrections.yaml\n")
    assert sga("check", city).returncode == 0
    done = sga("run", "--home", home, "--offline", city)
    assert done.returncode == 0, done.stderr
    corrections = run.rows(
        "select correction_id, status, rows, rows_unexpected, expected_value, corrected_value, reason from evidence.corrections order by 1"
    )
    assert corrections == [
        ("changed_since", "expectation_failed", 0, 1, None, None, "The report says so"),
        ("wrong_offence", "applied", 1, 0, None, None, "The file was closed as a robbery"),
    ]
    assert run.rows("select severity, feed_id, status from gaps where rule_id = 'correction_failed'") == [
        ("high", "incidents", "open")
    ]
    after = {row[:3]: row[3:] for row in run.rows(figures)}
    assert after.keys() == before.keys()
    changed = {key for key in before if before[key][1] != after[key][1]}
    assert {key[2] for key in changed} == {"2023", "2023-02"}
    # Whatever changed and is shown as normal without the correction is marked, and nothing of another month is.
    marked = {key for key, row in after.items() if row[0] == "I"}
    assert {key for key in changed if before[key][0] == "A"} <= marked
    assert marked and {key[2] for key in marked} <= {"2023", "2023-02"} and {key[1] for key in marked} == {"XS"}
    assert all(after[key][0] == before[key][0] for key in before.keys() - marked)
    # No release says which row it was.
    with (home / "published" / "xx_small" / "current" / "sga.duckdb").open("rb") as stream:
        assert b"2023-02-2" not in stream.read()
