"""Every line of the guide against arithmetic done by hand: small files in, the expected sums written out in expected.csv."""

from __future__ import annotations

import ast
import csv
from fractions import Fraction
from pathlib import Path

import pytest

from sga_pipeline.contracts.catalogue import read_catalogue
from sga_pipeline.paths import CONTRACTS
from tests.runs import Run

HERE = Path(__file__).parent
INDICATORS = read_catalogue(CONTRACTS / "catalogue").indicators
# Not a line of the guide, and fed by real cities alone.
OWN = {name for name, row in INDICATORS.items() if row["record_type"] == "own"}
# Three rates that are never added up: its parts are its figures.
PARTS_ALONE = {"drugs.pwid_infection_rates"}


def expected() -> list[dict[str, str]]:
    with (HERE / "expected.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def worked_out(node: ast.expr) -> Fraction:
    """The value of + - * / over plain numbers, exactly."""
    match node:
        case ast.Constant(value=int() | float() as number):
            return Fraction(str(number))
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return worked_out(left) + worked_out(right)
        case ast.BinOp(left=left, op=ast.Sub(), right=right):
            return worked_out(left) - worked_out(right)
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            return worked_out(left) * worked_out(right)
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            return worked_out(left) / worked_out(right)
    raise ValueError(ast.dump(node))


def test_all_of_the_guides_lines_are_here() -> None:
    printed = [row for row in INDICATORS.values() if row["record_type"] == "printed"]
    components = [row for row in INDICATORS.values() if row["record_type"] == "component"]
    assert (len(printed), len(components)) == (102, 56)
    assert set(INDICATORS) - OWN - PARTS_ALONE <= {row["indicator_id"] for row in expected()}


@pytest.mark.parametrize("row", expected(), ids=lambda row: "-".join(filter(None, list(row.values())[:-1])))
def test_the_figure_is_the_one_worked_out_by_hand(golden: Run, row: dict[str, str]) -> None:
    found = golden.rows(
        "select value, obs_status, reason from observations where indicator_id = ? and area_id = ? and period = ? "
        "and sex = ? and age = ? and coalesce(other_code, '') = ?",
        [row[name] for name in ("indicator_id", "area_id", "period", "sex", "age", "other_code")],
    )
    assert len(found) == 1, found
    value, status, reason = found[0]
    assert value == pytest.approx(float(worked_out(ast.parse(row["arithmetic"], mode="eval").body)), rel=1e-12), (
        status,
        reason,
    )


def test_the_citys_own_core_set_stands_with_its_reason(golden: Run) -> None:
    """Everything else stays the project's proposal, and nothing claims to be the guide's own."""
    rows = {
        str(row[0]): row[1:]
        for row in golden.rows("select indicator_id, core_flag, core_provenance, core_reason from indicators")
    }
    assert rows["hazard.drr_strategy_exists"] == (True, "city_override", "The river floods")
    assert rows["crime.harassment_rate"][:2] == (False, "city_override")
    others = {name: row for name, row in rows.items() if row[1] != "city_override"}
    assert len(others) == len(rows) - 2
    assert {row[1] for row in others.values()} == {"project_default_v1"}
    assert sum(bool(row[0]) for name, row in others.items() if INDICATORS[name]["record_type"] == "printed") == 31


def test_three_infections_are_not_added_up(golden: Run) -> None:
    found = golden.rows(
        "select distinct indicator_id from observations where indicator_id like 'drugs.pwid%' order by all"
    )
    assert [str(row[0]).rpartition(".")[2] for row in found] == ["hbv", "hcv", "hiv"]
    assert golden.rows(
        "select state from evidence.expected_cells where indicator_id = 'drugs.pwid_infection_rates' and year = 2023"
    ) == [("there",)]


def test_representation_is_of_groups_and_never_missing_for_want_of_a_total(golden: Run) -> None:
    """Its kind gives no figure for everybody together; one was expected, and its absence was a finding (G01)."""
    assert golden.rows(
        "select state from evidence.expected_cells where indicator_id = 'gov.positions_representation' "
        "and area_level = 'city' and year = 2023"
    ) == [("there",)]
    assert golden.rows(
        "select count(*) from gaps where rule_id = 'missing_indicator' and indicator_id like 'gov.pos%'"
    ) == [(0,)]


def test_the_unit_of_money_names_its_currency(golden: Run) -> None:
    assert golden.rows(
        "select distinct indicator_id, unit from observations where indicator_id in ('socio.gdp_pc', 'demo.household_income_mean') order by all"
    ) == [("demo.household_income_mean", "XTS per year"), ("socio.gdp_pc", "XTS per person")]
