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
    assert set(INDICATORS) - OWN <= {row["indicator_id"] for row in expected()}


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
