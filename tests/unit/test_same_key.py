"""Counts that share a key: exact repeats are duplicates, different amounts contradict each other, and are added up only where the contract says so."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
import pytest

from sga_pipeline.conform import rows as taking
from sga_pipeline.conform import same_key
from sga_pipeline.conform.delivery import Sinks, conform_delivery
from sga_pipeline.conform.outcome import Outcome
from sga_pipeline.contracts.assessment import read_assessment
from sga_pipeline.errors import ContractError
from tests.unit.test_corrections import WHY
from tests.unit.test_crosswalks import RESIDENTS, Arrived, write

# Two codes of the source are one topic, and a cell without a cause says none.
VISITS = (
    RESIDENTS.replace("shape: population", 'shape: health_counts\nadd_up: {never: "A row an item."}')
    .replace(
        "reject_when: {duplicate_share: 1}",
        "reject_when: {duplicate_share: 1, quarantined_share: 1, fewer_rows_than: 0}",
    )
    .replace(
        "  year: {from: year}\n  sex: {from: sex}\n  persons: {from: persons}\n",
        "  period: {from: year}\n  topic: {from: item, steps: [{recode: {values: {er: hospital_admissions, night: hospital_admissions, dead: infant_deaths}}}]}\n"
        "  sex: {from: sex}\n  count: {from: persons}\n",
    )
)
NEVER, PARTS = 'add_up: {never: "A row an item."}\n', "add_up: true\n"
OWN = VISITS.replace("area_codes: other\n", "")
SUMMED = OWN.replace(NEVER, PARTS)
SAME = "from_code,to_code\n1,d01\n"


def conform(
    folder: Path, rows: list[str], feed: str = OWN, crosswalk: str = SAME, system: str = "", fix: str = ""
) -> tuple[Outcome, dict[tuple[str, str, str], int], list[tuple[int, list[str]]]]:
    city = write(folder, crosswalk, system, feed)
    if fix:
        (city / "city.yaml").write_text((city / "city.yaml").read_text() + "corrections: corrections.yaml\n")
        (city / "corrections.yaml").write_text(f"corrections:\n{fix}")
    plan = next(one for one in read_assessment([city]).cities[0].feeds if one.id == "residents")
    file = folder / "residents.csv"
    file.write_text("area,year,item,sex,persons\n" + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    sinks = Sinks(folder / "kept.parquet", folder / "bad.parquet", folder / "scratch")
    sinks.scratch.mkdir(exist_ok=True)
    outcome = conform_delivery(plan, Arrived(file), "k" * 16, sinks)
    assert outcome.accepted, outcome.reason
    assert outcome.rows_in == outcome.rows_kept + outcome.rows_quarantined + outcome.rows_duplicate == len(rows)
    kept = pl.read_parquet(sinks.kept)
    amount = "count" if "count" in kept.columns else "persons"
    time = "period" if "period" in kept.columns else "year"
    found = {(area, str(at), sex): n for area, at, sex, n in kept.select("area_id", time, "sex", amount).iter_rows()}
    # A key that is there twice would be lost in the dictionary.
    assert len(found) == len(kept) or "topic" in kept.columns
    bad = pl.read_parquet(sinks.quarantine).select("line", "rules").rows() if sinks.quarantine.exists() else []
    return outcome, found, bad


def counts_of(outcome: Outcome) -> tuple[int, int, int]:
    return outcome.rows_kept, outcome.rows_quarantined, outcome.rows_duplicate


@pytest.mark.parametrize("rows_at_once", [1, 2, 500_000])
def test_different_amounts_of_one_key_are_all_set_aside_and_repeats_are_duplicates(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows_at_once: int
) -> None:
    monkeypatch.setattr(taking, "CHUNK_ROWS", rows_at_once)
    monkeypatch.setattr(same_key, "CHUNK_ROWS", rows_at_once)
    rows = [
        "a,2020,er,M,10",
        "b,2020,er,M,1",
        "a,2020,night,M,7",
        "b,2020,er,M,1",
        "a,2020,er,M,10",
        "a,2020,er,M,7",
        "c,2020,er,M,",
        ",2020,er,F,0",
        ",2020,er,F,5",
    ]
    outcome, kept, bad = conform(tmp_path, rows)
    assert kept == {("b", "2020", "M"): 1}
    assert bad == [
        (2, ["conflict:count"]),
        (4, ["conflict:count"]),
        (8, ["required:count"]),
        (9, ["conflict:count"]),
        (10, ["conflict:count"]),
    ]
    assert counts_of(outcome) == (1, 5, 3)
    assert outcome.rules == {"conflict:count": 4, "required:count": 1}
    # What was set aside fills no column.
    assert outcome.filled["count"] == outcome.rows_kept == 1 and outcome.rows_without_area == 0


def test_residents_that_contradict_each_other_are_set_aside_as_counts_are(tmp_path: Path) -> None:
    feed = RESIDENTS.replace("area_codes: other\n", "").replace(
        "reject_when: {duplicate_share: 1}",
        "reject_when: {duplicate_share: 1, quarantined_share: 1, fewer_rows_than: 0}",
    )
    outcome, kept, bad = conform(tmp_path, ["a,2020,,M,10", "b,2020,,M,1", "a,2020,,M,12", "b,2020,,M,1"], feed)
    assert kept == {("b", "2020", "M"): 1} and counts_of(outcome) == (1, 2, 1)
    assert bad == [(2, ["conflict:persons"]), (4, ["conflict:persons"])]


def test_official_counts_out_of_different_wholes_contradict_each_other(tmp_path: Path) -> None:
    """40 of 100 and 40 of 50 are two shares, and nobody knows which of them is meant."""
    feed = OWN.replace("health_counts", "official_counts").replace(NEVER, "").replace("  count: {from: persons}\n", "")
    feed = re.sub(r"  topic: .*\n", "  topic: {constant: votes_cast}\n", feed).replace(
        "  sex: {from: sex}\n", "  amount: {from: item}\n  out_of: {from: persons}\n"
    )
    rows = ["a,2020,40,,100", "a,2020,40,,50", "b,2020,40,,100", "b,2020,40,,100", "c,2020,40,,"]
    file = tmp_path / "residents.csv"
    file.write_text("area,year,item,sex,persons\n" + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    plan = next(
        one for one in read_assessment([write(tmp_path, SAME, "", feed)]).cities[0].feeds if one.id == "residents"
    )
    sinks = Sinks(tmp_path / "kept.parquet", tmp_path / "bad.parquet", tmp_path / "scratch")
    sinks.scratch.mkdir()
    outcome = conform_delivery(plan, Arrived(file), "k" * 16, sinks)
    assert (counts_of(outcome), outcome.rules) == ((2, 2, 1), {"conflict:amount": 2})
    assert pl.read_parquet(sinks.kept)["area_id"].to_list() == ["b", "c"]


def test_order_changes_no_pile(tmp_path: Path) -> None:
    rows = ["a,2020,er,M,10", "a,2020,er,M,7", "a,2020,er,M,7", "b,2020,er,M,1"]
    first, *_ = conform(tmp_path, rows)
    second, *_ = conform(tmp_path, rows[::-1])
    assert counts_of(first) == counts_of(second) == (1, 2, 1)


def test_a_row_that_breaks_a_rule_contradicts_nothing(tmp_path: Path) -> None:
    outcome, kept, bad = conform(tmp_path, ["a,2020,er,M,10", "a,2020,er,M,-7", "a,2020,er,M,ten"])
    assert kept == {("a", "2020", "M"): 10} and counts_of(outcome) == (1, 2, 0)
    assert [rules for _, rules in bad] == [["range:count"], ["type:count"]]


def test_a_feed_may_ask_for_its_counts_to_be_added_up(tmp_path: Path) -> None:
    rows = [
        "a,2020,er,M,10",
        "b,2020,er,M,1",
        "a,2020,night,M,7",
        "a,2020,er,M,10",
        "a,2020,er,F,0",
        ",2020,er,F,2",
        ",2020,er,F,3",
    ]
    outcome, kept, bad = conform(tmp_path, rows, SUMMED)
    assert kept == {("a", "2020", "M"): 27, ("b", "2020", "M"): 1, ("a", "2020", "F"): 0, ("XS", "2020", "F"): 5}
    assert counts_of(outcome) == (7, 0, 0) and bad == []
    # What it holds is what later deliveries are compared with: its rows after adding up.
    assert outcome.volumes == [("hospital_admissions", "2020", 4, 33.0)]


def test_added_up_before_areas_are_shared_out(tmp_path: Path) -> None:
    crosswalk = "from_code,to_code,weight\na,n,0.5\na,s,0.5\nb,s,1\n"
    _, kept, _ = conform(
        tmp_path, ["a,2020,er,M,3", "a,2020,night,M,4", "b,2020,er,M,10"], VISITS.replace(NEVER, PARTS), crosswalk
    )
    assert kept == {("n", "2020", "M"): 4, ("s", "2020", "M"): 13}


def test_only_counts_are_added_up(tmp_path: Path) -> None:
    city = write(tmp_path, SAME, feed=RESIDENTS + "add_up: true\n")
    with pytest.raises(ContractError, match=r"only counts are added up \[population\]"):
        read_assessment([city])


def test_two_spellings_of_a_part_are_not_added_to_a_merged_area_twice(tmp_path: Path) -> None:
    rows = ["01,2020,er,M,10", "1,2020,er,M,10", "2,2020,er,M,5"]
    outcome, kept, _ = conform(tmp_path, rows, VISITS, "from_code,to_code\n1,new\n2,new\n", ", match: number")
    assert kept == {("new", "2020", "M"): 15} and counts_of(outcome) == (2, 0, 1)


def fix(area: str, column: str, expect: str, value: str) -> str:
    row = f"row: {{area_id: {area}, period: 2020}}"
    return f"- id: c1\n  feed: residents\n  {row}\n  column: {column}\n  expect: {expect}\n  value: {value}\n  {WHY}"


def test_with_a_correction_spellings_of_one_area_are_duplicates_still(tmp_path: Path) -> None:
    rows = ["Álvaro Obregón,2020,er,M,10", "ALVARO OBREGON,2020,er,M,10"]
    nobody = fix("nobody", "count", "1", "2")
    outcome, _, _ = conform(
        tmp_path, rows, VISITS, "from_code,to_code\nalvaro obregon,09010\n", ", match: name", nobody
    )
    assert counts_of(outcome) == (1, 0, 1)


@pytest.mark.parametrize(
    ("crosswalk", "correction", "where"),
    [
        ("from_code,to_code\na,new\nb,new\n", fix("a", "count", "10", "20"), ["new"]),
        ("from_code,to_code,weight\na,n,0.5\na,s,0.5\n", fix("a", "count", "10", "20"), ["n", "s"]),
        ("from_code,to_code\na,A\nb,B\n", fix("a", "area_id", "a", "b"), ["A", "B"]),
    ],
)
def test_figures_in_the_citys_own_areas_rest_on_a_correction(
    tmp_path: Path, crosswalk: str, correction: str, where: list[str]
) -> None:
    outcome, _, _ = conform(tmp_path, ["a,2020,er,M,10"], VISITS, crosswalk, fix=correction)
    assert outcome.corrections == {"c1": [1, 0]}
    assert outcome.corrected == [(area, "2020") for area in where]
