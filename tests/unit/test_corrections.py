"""Corrections: applied where the source says what was expected, untouched and reported where it does not, and never guessed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from sga_pipeline.conform.delivery import Sinks, conform_delivery
from sga_pipeline.conform.feed import conform_feed
from sga_pipeline.contracts.assessment import FeedPlan, read_assessment
from sga_pipeline.errors import ContractError
from sga_pipeline.home import Home
from sga_pipeline.run_records.conform_rows import conform_rows
from sga_pipeline.run_records.feed_record import FeedRecord
from tests.city_folder import CITY, write_city
from tests.unit.test_conform_delivery import Arrived, Run, good, rows

WHY = "reason: Typed wrongly\n  decided_by: Records office\n  decided_on: 2024-02-01\n  evidence: Letter 12\n"


@dataclass(frozen=True)
class Held:
    sha256: str
    period: str | None
    path: Path
    bytes: int
    retrieved_at: str


def one(number: int, row: str, column: str, expect: str, value: str) -> str:
    return f"- id: c{number}\n  feed: incidents\n  row: {row}\n  column: {column}\n  expect: {expect}\n  value: {value}\n  {WHY}"


def plan_with(folder: Path, *corrections: str, replacements: dict[str, str] | None = None) -> FeedPlan:
    city = write_city(folder, replacements)
    (city / "city.yaml").write_text(CITY + "corrections: corrections.yaml\n")
    (city / "corrections.yaml").write_text("corrections:\n" + "".join(corrections))
    return read_assessment([city]).cities[0].feeds[0]


def conform(folder: Path, content: bytes, *corrections: str) -> Run:
    plan = plan_with(folder, *corrections)
    file = folder / "delivery.csv"
    file.write_bytes(content)
    sinks = Sinks(folder / "kept.parquet", folder / "bad.parquet", folder / "scratch")
    sinks.scratch.mkdir(exist_ok=True)
    outcome = conform_delivery(plan, Arrived(file), "k" * 16, sinks)
    kept = pl.read_parquet(sinks.kept) if sinks.kept.exists() else None
    return Run(outcome, kept, pl.read_parquet(sinks.quarantine) if sinks.quarantine.exists() else None)


def cell(run: Run, event: str, column: str) -> object:
    assert run.kept is not None, run.outcome.reason
    return run.kept.filter(pl.col("event_id") == event)[column].item()


@pytest.mark.parametrize(
    ("column", "expect", "value", "now"),
    [
        ("iccs_code", "0101", "0401", "0401"),
        ("latitude", "4.5", "-4.5", -4.5),
        ("latitude", "4.5", "null", None),
        ("cleared", "true", "false", False),
        ("weapon", "firearm", "_U", "_U"),
        ("area_id", "d02", "d07", "d07"),
        ("occurred_on", "2023-05-02", "2023-04-02", date(2023, 4, 2)),
        ("event_id", "e2", "e22", "e22"),
    ],
)
def test_a_value_of_any_type_is_put_right_in_its_row_alone(
    tmp_path: Path, column: str, expect: str, value: str, now: object
) -> None:
    quoted = [text if text == "null" else f'"{text}"' for text in (expect, value)]
    before = conform(tmp_path / "before", rows(*good(5)), one(1, "{event_id: nobody}", "area_id", "x", "y"))
    after = conform(tmp_path / "after", rows(*good(5)), one(1, "{event_id: e2}", column, *quoted))
    assert before.kept is not None and after.kept is not None
    changed = [name for name in before.kept.columns if before.kept[name].to_list() != after.kept[name].to_list()]
    assert changed == [column]
    assert cell(after, "e22" if column == "event_id" else "e2", column) == now
    assert after.kept.filter(pl.col("event_id").is_in(["e1", "e3", "e4", "e5"])).equals(
        before.kept.filter(pl.col("event_id") != "e2")
    )
    assert after.outcome.corrections == {"c1": [1, 0]} and before.outcome.corrections == {}


def test_where_the_source_says_something_else_its_value_stands_and_the_rest_goes_on(tmp_path: Path) -> None:
    run = conform(
        tmp_path,
        rows(*good(5)),
        one(1, "{event_id: e1}", "iccs_code", '"0401"', '"050211"'),
        one(2, "{event_id: e2}", "iccs_code", '"0101"', '"0401"'),
        one(3, "{event_id: e3}", "latitude", "null", "4.0"),
        one(4, "{event_id: gone}", "latitude", "4.5", "4.0"),
    )
    assert [cell(run, f"e{n}", "iccs_code") for n in (1, 2, 3)] == ["0101", "0401", "0101"]
    assert cell(run, "e3", "latitude") == 4.5
    assert run.outcome.corrections == {"c1": [0, 1], "c2": [1, 0], "c3": [0, 1]}
    assert (run.outcome.rows_in, run.outcome.rows_kept) == (5, 5)


def test_what_could_not_be_read_is_expected_as_the_source_writes_it(tmp_path: Path) -> None:
    bad = "x1,2023-02-30,2023-05-09,hom,1,,G,Y\n"
    lines = [*good(9), bad, bad.replace("x1", "x2"), bad.replace("x1", "x3").replace("02-30", "02-31")]
    fix = [one(n, f"{{event_id: x{n}}}", "occurred_on", '"2023-02-30"', "2023-02-28") for n in (1, 3)]
    run = conform(tmp_path, rows(*lines), *fix, one(2, "{event_id: x2}", "occurred_on", "null", "2023-02-28"))
    assert str(cell(run, "x1", "occurred_on")) == "2023-02-28"
    assert run.quarantine is not None and run.quarantine["line"].to_list() == [12, 13]
    assert run.outcome.corrections == {"c1": [1, 0], "c2": [0, 1], "c3": [0, 1]}
    assert run.outcome.rules["type:occurred_on"] == 2


def test_a_code_put_right_is_no_longer_unmapped(tmp_path: Path) -> None:
    line = "x1,2023-05-01,2023-05-09,arson,1,,G,Y\n"
    run = conform(tmp_path, rows(*good(5), line), one(1, "{event_id: x1}", "iccs_code", "_U", '"0401"'))
    assert cell(run, "x1", "iccs_code") == "0401" and run.outcome.unmapped == {}


def test_rules_look_at_what_was_put_right(tmp_path: Path) -> None:
    late = "x1,2029-05-01,,hom,1,,G,Y\n"
    run = conform(tmp_path, rows(*good(9), late), one(1, "{event_id: x1}", "occurred_on", "2029-05-01", "2023-05-01"))
    assert run.outcome.rows_quarantined == 0 and run.outcome.rows_kept == 10


def test_a_correction_may_end_a_conflict_make_one_or_make_a_duplicate(tmp_path: Path) -> None:
    twice = [*good(5), "e5,2023-05-06,2023-05-09,rob,1,,G,Y\n"]
    ends = conform(tmp_path / "a", rows(*twice), one(1, "{event_id: e5, iccs_code: '0401'}", "event_id", "e5", "e6"))
    assert (ends.outcome.rules, ends.outcome.rows_kept) == ({}, 6)
    makes = conform(tmp_path / "b", rows(*good(5)), one(1, "{event_id: e5}", "event_id", "e5", "e4"))
    assert (makes.outcome.rules, makes.outcome.rows_kept) == ({"conflict:event_id": 2}, 3)
    same = good(1)[0].replace("e1", "x1")
    repeats = conform(tmp_path / "c", rows(*good(5), same), one(1, "{event_id: x1}", "event_id", "x1", "e1"))
    assert (repeats.outcome.rows_duplicate, repeats.outcome.rows_kept) == (1, 5)


def test_corrections_do_not_depend_on_each_other(tmp_path: Path) -> None:
    pair = [one(1, "{event_id: e1}", "event_id", "e1", "n1"), one(2, "{event_id: e1}", "weapon", "firearm", "knife")]
    made = [conform(tmp_path / str(n), rows(*good(5)), *order).kept for n, order in enumerate((pair, pair[::-1]))]
    assert made[0] is not None and made[1] is not None and made[0].equals(made[1])
    assert made[0].row(0, named=True)["event_id"] == "n1" and made[0].row(0, named=True)["weapon"] == "knife"


def test_figures_of_the_old_place_and_the_new_rest_on_a_correction(tmp_path: Path) -> None:
    run = conform(
        tmp_path,
        rows(*good(5)),
        one(1, "{event_id: e1}", "area_id", "d01", "d09"),
        one(2, "{event_id: e1}", "occurred_on", "2023-05-01", "2023-03-01"),
        one(3, "{event_id: e2}", "latitude", "9", "8"),
    )
    assert run.outcome.corrected == [("d01", "2023-05"), ("d09", "2023-03")]


def test_the_run_records_hold_counts_and_no_persons(tmp_path: Path) -> None:
    fix = [
        one(1, "{event_id: e1}", "iccs_code", '"0101"', '"0401"'),
        one(2, "{event_id: e2}", "iccs_code", '"0401"', '"0101"'),
        one(3, "{event_id: gone}", "iccs_code", '"0101"', '"0401"'),
    ]
    plan, home = plan_with(tmp_path, *fix), Home(tmp_path / "home")
    file = tmp_path / "d.csv"
    file.write_bytes(rows(*good(5)))
    conformed = conform_feed(plan, {None: [Arrived(file)]}, home)
    held = Held("ab" * 32, None, file, 1, "2024-01-01T00:00:00Z")
    record = FeedRecord(plan, [], conformed, {(held.sha256, None): held}, [])
    recorded = [row for table, row in conform_rows(record) if table == "corrections"]
    assert [(row["correction_id"], row["status"], row["rows"], row["rows_unexpected"]) for row in recorded] == [
        ("c1", "applied", 1, 0),
        ("c2", "expectation_failed", 0, 1),
        ("c3", "not_found", 0, 0),
    ]
    assert not any("e1" in str(row) or "0401" in str(row) for row in recorded)
    # Nothing is conformed twice, until a correction changes; why it was decided changes no row.
    assert not any(one.fresh for one in conform_feed(plan, {None: [Arrived(file)]}, home))
    said = plan_with(tmp_path, *(text.replace("Letter 12", "Letter 13") for text in fix))
    assert said.contract_hash == plan.contract_hash
    other = plan_with(tmp_path, *fix[:2])
    assert other.contract_hash != plan.contract_hash
    assert all(one.fresh for one in conform_feed(other, {None: [Arrived(file)]}, home))


@pytest.mark.parametrize(
    ("wrong", "words", "line"),
    [
        (("feed: incidents", "feed: deaths"), "no such feed [deaths]", 3),
        (("column: weapon", "column: tool"), "no such column [tool]", 5),
        (("column: weapon", "column: situation"), "does not map this column [situation]", 5),
        (("value: knife", "value: gun"), "not in the list weapon [gun]", 7),
        (("value: knife", "value: firearm"), "changes nothing [firearm]", 7),
        (("{event_id: e1}", "{case: e1}"), "no such column [case]", 4),
        (("{event_id: e1}", "{occurred_on: 1 May}"), "this is no date [1 May]", 4),
        (("column: weapon", "column: latitude"), "this is no number [knife]", 7),
        (
            ("column: weapon\n  expect: firearm\n  value: knife", "column: latitude\n  expect: 1\n  value: 91"),
            "outside what latitude may be [91]",
            7,
        ),
        (
            (
                "column: weapon\n  expect: firearm\n  value: knife",
                "column: occurred_on\n  expect: 2023-05-01\n  value: null",
            ),
            "requires this column",
            7,
        ),
        (("  expect: firearm\n", ""), "a key is missing", None),
        (("  evidence: Letter 12\n", ""), "a key is missing", None),
        (("{event_id: e1}", "{}"), "at least 1", 4),
    ],
)
def test_a_wrong_correction_is_found_by_check(
    tmp_path: Path, wrong: tuple[str, str], words: str, line: int | None
) -> None:
    text = one(1, "{event_id: e1}", "weapon", "firearm", "knife")
    assert wrong[0] in text
    with pytest.raises(ContractError) as raised:
        plan_with(tmp_path, text.replace(*wrong))
    assert words in str(raised.value), raised.value
    assert "corrections.yaml" in str(raised.value)
    if line:
        assert f"line {line}" in str(raised.value), raised.value


def test_the_same_cell_twice_or_no_file_is_found_by_check(tmp_path: Path) -> None:
    text = one(1, "{event_id: e1}", "weapon", "firearm", "knife")
    with pytest.raises(ContractError, match="corrected twice"):
        plan_with(tmp_path, text, text.replace("c1", "c2"))
    city = write_city(tmp_path)
    (city / "city.yaml").write_text(CITY + "corrections: none.yaml\n")
    with pytest.raises(ContractError, match="does not exist"):
        read_assessment([city])
    made = write_city(tmp_path, {"{from: id}": "{row: number}"})
    (made / "city.yaml").write_text(CITY + "corrections: corrections.yaml\n")
    with pytest.raises(ContractError, match="made anew for each delivery"):
        read_assessment([made])
