"""A blank area in a table of amounts may be a merged cell: no row becomes the city's unless the contract says so."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from sga_pipeline.conform.delivery import Sinks, conform_delivery
from sga_pipeline.conform.outcome import Outcome
from sga_pipeline.contracts.assessment import read_assessment
from tests.city_folder import residents, write_city
from tests.unit.test_conform_delivery import Arrived
from tests.unit.test_crosswalks import write

COLUMNS = "columns:\n  area_id: {from: area}\n  year: {from: year}\n  persons: {from: persons}\n"
LENIENT = "reject_when: {quarantined_share: 1}\n"


@dataclass(frozen=True)
class Found:
    outcome: Outcome
    areas: list[str]


def conform(folder: Path, blanks: int, more: str = LENIENT, columns: str = COLUMNS, crosswalk: str = "") -> Found:
    """Four years of residents, the last of which name no area."""
    feed = residents("district", more + columns)
    city = write(folder, crosswalk, feed=feed) if crosswalk else write_city(folder)
    (city / "feeds" / "residents.yaml").write_text(feed, encoding="utf-8")
    plan = next(one for one in read_assessment([city]).cities[0].feeds if one.id == "residents")
    file = folder / "residents.csv"
    lines = [f"{'' if at >= 4 - blanks else 'd01'},{2020 + at},{100 + at}\n" for at in range(4)]
    file.write_text("area,year,persons\n" + "".join(lines), encoding="utf-8")
    sinks = Sinks(folder / "kept.parquet", folder / "bad.parquet", folder / "scratch")
    sinks.scratch.mkdir(exist_ok=True)
    outcome = conform_delivery(plan, Arrived(file), "k" * 16, sinks)
    return Found(outcome, pl.read_parquet(sinks.kept)["area_id"].to_list() if sinks.kept.exists() else [])


@pytest.mark.parametrize("blanks", [1, 2, 3])
@pytest.mark.parametrize("crosswalk", ["", "from_code,to_code\nd01,d01\n"])
def test_rows_without_area_are_set_aside(tmp_path: Path, blanks: int, crosswalk: str) -> None:
    more = LENIENT + ("area_codes: other\n" if crosswalk else "")
    found = conform(tmp_path, blanks, more, crosswalk=crosswalk)
    assert found.areas == ["d01"] * (4 - blanks)
    assert found.outcome.rules == {"blank:area_id": blanks}
    # The ledger has them as rows of no known area.
    assert {(one.fate, one.area_id) for one in found.outcome.row_fates} == {("quarantined", None)}
    assert sum(one.rows for one in found.outcome.row_fates) == blanks


def test_a_table_of_blanks_alone_is_refused_with_the_remedy(tmp_path: Path) -> None:
    found = conform(tmp_path, 4)
    assert not found.outcome.accepted
    assert "blank:area_id (4). Rows name no area: repeat it in each row" in found.outcome.reason


def test_what_the_contract_says_of_blanks_holds(tmp_path: Path) -> None:
    assert conform(tmp_path / "extent", 1, "extent: XS\n").areas == ["d01"] * 3 + ["XS"]
    default = COLUMNS.replace("{from: area}", "{from: area, steps: [{default: XX}]}")
    assert conform(tmp_path / "default", 1, "", default).areas == ["d01"] * 3 + ["XX"]
    constant = COLUMNS.replace("{from: area}", "{constant: XX}")
    assert conform(tmp_path / "constant", 1, "", constant).areas == ["XX"] * 4
    unmapped = COLUMNS.replace("  area_id: {from: area}\n", "")
    assert conform(tmp_path / "unmapped", 1, "ignore: [area]\n", unmapped).areas == ["XS"] * 4
