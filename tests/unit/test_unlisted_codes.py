"""Delivered codes are checked against their classification: one that does not exist is unmapped, never counted and never lost."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sga_pipeline.contracts.assessment import read_assessment
from sga_pipeline.contracts.classifications import read_classifications
from sga_pipeline.contracts.csv_rows import read_rows
from sga_pipeline.paths import CONTRACTS
from tests.city_folder import write_city
from tests.unit.test_conform_delivery import Arrived, Run, Sinks, conform, conform_delivery, rows

CLASSIFICATIONS = read_classifications(CONTRACTS / "classifications")
ICCS, ICD10 = CLASSIFICATIONS["iccs"], CLASSIFICATIONS["icd10"]
LISTED = [row["iccs_code"] for row in read_rows(CONTRACTS / "classifications" / "iccs.csv")]
LOOKED_UP = "{from: offence, steps: [trim, upper, {lookup: {mapping: offences, give: iccs}}]}"
AS_DELIVERED = {LOOKED_UP: "{from: offence, steps: [trim]}"}


def test_a_code_without_its_zero_is_unmapped_and_counted(tmp_path: Path) -> None:
    """As a spreadsheet drops it: 101 is no code of ICCS, and 0101 is homicide."""
    run = conform(tmp_path, rows(*_offences("101", "0401", "101", "0101", "050211")), AS_DELIVERED)
    assert run.outcome.accepted and run.outcome.rows_quarantined == 0
    assert _codes(run) == ["_U", "0401", "_U", "0101", "050211"]
    assert run.outcome.unmapped == {"iccs_code": {"101": 2}}
    assert run.outcome.filled["iccs_code"] == 3


@pytest.mark.parametrize("code", ["1", "12", "1201", "0199", "010", "01010", "010100", "0101011", "01.01", "ICCS0101"])
def test_codes_of_impossible_form_or_branch_are_unmapped(tmp_path: Path, code: str) -> None:
    run = conform(tmp_path, rows(*_offences(code)), AS_DELIVERED)
    assert _codes(run) == ["_U"]
    assert run.outcome.unmapped == {"iccs_code": {code: 1}}


def test_a_class_that_is_not_listed_counts_where_its_division_is(tmp_path: Path) -> None:
    """The list holds every section and division; of groups and classes those that the project uses."""
    assert "020899" not in LISTED and "0208" in LISTED
    run = conform(tmp_path, rows(*_offences("020899")), AS_DELIVERED)
    assert _codes(run) == ["020899"] and run.outcome.unmapped == {}


def test_codes_kept_by_a_translation_are_looked_at_too(tmp_path: Path) -> None:
    kept = "{from: offence, steps: [trim, {recode: {values: {HOM: '0101'}, otherwise: keep}}]}"
    run = conform(tmp_path, rows(*_offences("HOM", "0401", "401")), {LOOKED_UP: kept})
    assert _codes(run) == ["0101", "0401", "_U"]
    assert run.outcome.unmapped == {"iccs_code": {"401": 1}}


def test_an_empty_code_is_unknown_and_nothing_to_map(tmp_path: Path) -> None:
    run = conform(tmp_path, rows(*_offences("0401", "")), AS_DELIVERED)
    assert _codes(run) == ["0401", "_U"] and run.outcome.unmapped == {}


def test_no_listed_code_becomes_another_without_its_zero() -> None:
    """Else a spreadsheet could turn one offence into another, and nobody would see it."""
    assert [code for code in LISTED if code.startswith("0") and ICCS.has(code.lstrip("0"))] == []


def test_the_list_holds_the_branches_of_every_code_and_all_that_the_catalogue_counts() -> None:
    for code in LISTED:
        assert ICCS.has(code) and code[:2] in LISTED and (len(code) == 2 or code[:4] in LISTED), code
    assert {code for code in LISTED if len(code) == 2} == {f"{section:02}" for section in range(1, 12)}
    for row in read_rows(CONTRACTS / "catalogue" / "measures.csv"):
        assert all(ICCS.has(code) for code in row.listed("iccs_code")), row
        for part in row.listed("icd10"):
            assert all(ICD10.begins_a_code(one) for one in part.split("-")), row


@given(st.text(alphabet="0123456789_U.A", max_size=8))
def test_what_is_accepted_has_a_listed_section_and_division(code: str) -> None:
    if ICCS.has(code):
        assert code[:2] in LISTED and len(code) in {2, 4, 5, 6} and (len(code) == 2 or code[:4] in LISTED)


DEATHS = """\
id: deaths
title: Deaths
family: health
shape: deaths
owner: {name: Health office, contact: registry}
licence: CC-BY-4.0
citation: Health office, deaths.
source: {connector: file, address: deaths.csv}
format: {kind: csv}
cadence: annual
allowed_lag_days: 365
replaces: all
spatial_levels: [city]
columns:
  death_id: {from: id}
  died_on: {from: day, steps: [{date: ["%Y-%m-%d"]}]}
  icd10: {from: cause}
"""
COUNTED = """\
id: deaths
title: Deaths by cause
family: health
shape: health_counts
add_up: {never: "A row a cause."}
owner: {name: Health office, contact: registry}
licence: CC-BY-4.0
citation: Health office, deaths.
source: {connector: file, address: deaths.csv}
format: {kind: csv}
cadence: annual
allowed_lag_days: 365
replaces: all
spatial_levels: [city]
columns:
  period: {from: year}
  topic: {constant: deaths}
  icd10: {from: cause}
  count: {from: n, steps: [number]}
reject_when: {quarantined_share: 0.9}
"""


def test_a_death_keeps_its_row_without_a_cause_that_does_not_exist(tmp_path: Path) -> None:
    causes = ["X95", "X959", "W99", "P97", "95X", "x95", "X95.9", ""]
    lines = [f"d{number},2023-01-02,{cause}\n" for number, cause in enumerate(causes)]
    run = _conform_feed(tmp_path, DEATHS, rows(*lines, header="id,day,cause\n"))
    assert run.kept is not None and run.outcome.rows_quarantined == 0
    assert run.kept["icd10"].to_list() == ["X95", "X959", "W99", None, None, None, None, None]
    assert run.outcome.unmapped == {"icd10": {"P97": 1, "95X": 1, "x95": 1, "X95.9": 1}}


def test_a_count_of_a_cause_that_does_not_exist_is_set_aside(tmp_path: Path) -> None:
    """Without its cause it would be the count of all causes."""
    run = _conform_feed(tmp_path, COUNTED, rows("2023,X95,4\n", "2023,P97,2\n", "2023,,90\n", header="year,cause,n\n"))
    assert run.kept is not None
    assert Counter(run.kept["icd10"].to_list()) == {"X95": 1, None: 1}
    assert run.outcome.rules == {"code:icd10": 1}


def test_counts_of_two_codes_that_do_not_exist_are_no_contradiction(tmp_path: Path) -> None:
    counts = COUNTED.replace("family: health\nshape: health_counts", "family: police\nshape: crime_counts").replace(
        "  topic: {constant: deaths}\n  icd10:", "  unit_counted: {constant: victims}\n  iccs_code:"
    )
    lines = ["2023,101,5\n", "2023,101,7\n", "2023,102,9\n", "2023,104,8\n", "2023,0401,1\n"]
    run = _conform_feed(tmp_path, counts, rows(*lines, header="year,cause,n\n"))
    assert run.kept is not None
    assert run.kept.select("iccs_code", "count").rows() == [("_U", 9), ("_U", 8), ("0401", 1)]
    assert run.outcome.rules == {"conflict:count": 2} and run.outcome.filled["iccs_code"] == 1


def _offences(*codes: str) -> list[str]:
    return [f"u{number},2023-01-01,,{code},1,,,\n" for number, code in enumerate(codes)]


def _codes(run: Run) -> list[str]:
    assert run.kept is not None
    return list(run.kept.sort("event_id")["iccs_code"])


def _conform_feed(tmp_path: Path, contract: str, content: bytes) -> Run:
    city = write_city(tmp_path)
    (city / "feeds" / "deaths.yaml").write_text(contract, encoding="utf-8")
    plan = next(one for one in read_assessment([city]).cities[0].feeds if one.id == "deaths")
    file = tmp_path / "deaths.csv"
    file.write_bytes(content)
    sinks = Sinks(tmp_path / "kept.parquet", tmp_path / "bad.parquet", tmp_path / "scratch")
    sinks.scratch.mkdir()
    outcome = conform_delivery(plan, Arrived(file), "k" * 16, sinks)
    return Run(outcome, pl.read_parquet(sinks.kept), None)
