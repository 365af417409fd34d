"""Codes without a mapping by year, and what a table of counts has under each of them: a whole or its parts, never both."""

from __future__ import annotations

from pathlib import Path

from sga_pipeline.conform.outcome import Outcome
from sga_pipeline.conform.unmapped_codes import share_unmapped
from tests.unit.test_conform_delivery import conform, good, rows
from tests.unit.test_same_key import OWN
from tests.unit.test_same_key import conform as conform_counts

CRIMES = OWN.replace("shape: health_counts", "shape: crime_counts").replace(
    "topic: {from: item, steps: [{recode: {values: {er: hospital_admissions, night: hospital_admissions, dead: infant_deaths}}}]}",
    'iccs_code: {from: item, steps: [{recode: {values: {er: "0401"}}}]}\n  unit_counted: {constant: offences}',
)


def test_records_with_an_unmapped_code_are_counted_by_year(tmp_path: Path) -> None:
    lines = ["u1,2022-01-01,,arson,1,,,\n", "u2,2023-01-01,,arson,1,,,\n", "u3,2023-05-01,,fraud,1,,Z,\n"]
    outcome = conform(tmp_path, rows(*good(3), *lines)).outcome
    assert outcome.unmapped_years == {"iccs_code": {"2022": 1, "2023": 2}, "weapon": {"2023": 1}}
    # An event is one; only tables have amounts.
    assert outcome.unmapped_amounts == {}


def test_a_table_counts_under_a_code_its_whole_or_its_parts(tmp_path: Path) -> None:
    lines = ["a,2022,new,_T,100", "a,2022,new,F,60", "a,2022,new,M,40", "a,2023,new,F,7", "a,2021,er,F,9"]
    outcome, *_ = conform_counts(tmp_path, lines, CRIMES)
    amounts = outcome.unmapped_amounts["iccs_code"]
    assert list(amounts) == ["new"] and sorted(amounts["new"].values()) == [100.0, 107.0]
    assert outcome.unmapped_years == {"iccs_code": {"2022": 3, "2023": 1}}


def test_of_fewer_rows_each_code_keeps_its_share() -> None:
    before, after = Outcome("", "", None), Outcome("", "", None)
    before.unmapped, before.unmapped_years = {"topic": {"a": 6, "b": 2}}, {"topic": {"2022": 8}}
    before.unmapped_amounts = {"topic": {"a": {"all": 60.0}}}
    share_unmapped(before, after, {"topic": 4})
    assert (after.unmapped, after.unmapped_years) == ({"topic": {"a": 3, "b": 1}}, {"topic": {"2022": 4}})
    assert after.unmapped_amounts == {"topic": {"a": {"all": 30.0}}}


def test_of_no_rows_no_code_stays() -> None:
    before, after = Outcome("", "", None), Outcome("", "", None)
    before.unmapped, before.unmapped_years = {"topic": {"a": 6}}, {"topic": {"2022": 6}}
    share_unmapped(before, after, {"topic": 0})
    assert (after.unmapped, after.unmapped_years, after.unmapped_amounts) == ({}, {}, {})
