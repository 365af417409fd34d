"""Boundaries: what is repaired, what is refused with its row and rule, sizes, and which version is in force."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sga_pipeline.conform.boundaries import NO_POLYGON, UNREADABLE_BOUNDARY, read_boundary, size_km2, write_boundary
from sga_pipeline.conform.delivery import Sinks, conform_delivery
from sga_pipeline.conform.outcome import Outcome
from sga_pipeline.contracts.assessment import read_assessment
from sga_pipeline.errors import ContractError
from tests.city_folder import DISTRICTS, write_city, write_districts

SQUARE = "POLYGON ((0 0, 1 0, 1 1, 0 1, 0 0))"
# A speck of a loop at a corner, a millionth of the square.
LOOP = "POLYGON ((0 0, 1 0, 1 1, 0.001 1, -0.001 0.999, 0 0.999, 0 1, 0 0))"
BOW_TIE = "POLYGON ((0 0, 1 1, 1 0, 0 1, 0 0))"


@dataclass(frozen=True)
class Arrived:
    path: Path
    sha256: str = "ab" * 32
    period: str | None = None
    retrieved_at: str = "2100-01-01T00:00:00Z"


def conform(
    folder: Path, geometries: dict[str, str], limit: float = 1.0
) -> tuple[Outcome, pl.DataFrame, pl.DataFrame | None]:
    city = write_city(folder)
    write_districts(city)
    feed = DISTRICTS.replace("geojson\n", "csv\n").replace("{kind: geojson}", "{kind: csv, delimiter: ';'}")
    (city / "feeds" / "districts.yaml").write_text(feed + f"reject_when: {{quarantined_share: {limit}}}\n")
    plan = next(one for one in read_assessment([city]).cities[0].feeds if one.id == "districts")
    file = folder / "districts.csv"
    file.write_text("code;name;geometry\n" + "".join(f"{code};{code};{text}\n" for code, text in geometries.items()))
    sinks = Sinks(folder / "kept.parquet", folder / "bad.parquet", folder / "scratch")
    sinks.scratch.mkdir(exist_ok=True)
    outcome = conform_delivery(plan, Arrived(file), "k" * 16, sinks)
    bad = pl.read_parquet(sinks.quarantine) if sinks.quarantine.exists() else None
    return outcome, pl.read_parquet(sinks.kept), bad


def test_a_row_whose_boundary_is_none_is_set_aside_under_its_rule(tmp_path: Path) -> None:
    outcome, kept, bad = conform(
        tmp_path,
        {
            "good": SQUARE,
            "none": "",
            "speck": LOOP,
            "mixed": f"GEOMETRYCOLLECTION (POINT (5 5), {SQUARE})",
            "bow": BOW_TIE,
            "point": "POINT (1 2)",
            "line": "LINESTRING (0 0, 1 1)",
            "empty": "POLYGON EMPTY",
            "words": "the old town",
            "metres": "POLYGON ((500000 0, 500100 0, 500100 100, 500000 0))",
            "open": "POLYGON ((0 0, 1 0, 1 1))",
        },
    )
    assert kept["area_id"].to_list() == ["good", "none", "speck", "mixed"]
    assert outcome.boundaries_repaired == 1
    assert outcome.rules == {UNREADABLE_BOUNDARY: 5, NO_POLYGON: 2}
    assert (outcome.rows_in, outcome.rows_kept, outcome.rows_quarantined) == (11, 4, 7)
    assert bad is not None
    assert dict(zip(bad["line"], [one[0] for one in bad["rules"]], strict=True)) == {
        6: UNREADABLE_BOUNDARY,
        7: NO_POLYGON,
        8: NO_POLYGON,
        9: UNREADABLE_BOUNDARY,
        10: UNREADABLE_BOUNDARY,
        11: UNREADABLE_BOUNDARY,
        12: UNREADABLE_BOUNDARY,
    }
    assert kept["area_km2"][1] is None and kept["area_km2"][0] == pytest.approx(12308.778, abs=0.01)


@pytest.mark.parametrize(
    ("text", "repaired", "refused"),
    [
        (SQUARE, False, None),
        (LOOP, True, None),
        (BOW_TIE, False, UNREADABLE_BOUNDARY),
        # A ring that touches itself encloses the same whichever way it is read.
        ("POLYGON ((0 0, 2 0, 2 2, 1 1, 0 2, 0 0))", False, None),
        ("POLYGON ((0 0, 4 0, 4 4, 2 4, 3 3, 1 3, 2 4, 0 4, 0 0))", True, None),
        # A hole outside its ring, and two parts on top of each other: nobody knows what was meant.
        ("POLYGON ((0 0, 1 0, 1 1, 0 1, 0 0), (5 5, 6 5, 6 6, 5 6, 5 5))", False, UNREADABLE_BOUNDARY),
        ("POINT EMPTY", False, UNREADABLE_BOUNDARY),
        ("MULTIPOINT (0 0, 1 1)", False, NO_POLYGON),
        ("POLYGON ((0 0, nan 0, 1 1, 0 1, 0 0))", False, UNREADABLE_BOUNDARY),
        ("POLYGON ((0 0, 1 0, 2 0, 0 0))", False, UNREADABLE_BOUNDARY),
    ],
)
def test_a_ring_is_repaired_only_where_it_has_one_meaning(text: str, repaired: bool, refused: str | None) -> None:
    found = read_boundary(text)
    assert (found.repaired, found.refused) == (repaired, refused)
    assert (found.polygon is None) == (refused is not None)


@settings(max_examples=100, deadline=None)
@given(ring=st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=3, max_size=9))
@example(ring=[(0, 0), (0, 0), (0, 0), (0, 1), (1, 0)])
@example(ring=[(1, 0), (0, 0), (0, 0), (0, 1), (0, 1), (0, 1)])
def test_whatever_is_kept_is_valid_and_as_large_as_its_ring(ring: list[tuple[int, int]]) -> None:
    polygon = shapely.Polygon(ring)
    found = read_boundary(polygon.wkt).polygon
    if found is not None:
        assert found.is_valid and found.area == pytest.approx(polygon.area, rel=0.002)
        text = write_boundary(found)
        assert write_boundary(read_boundary(text).polygon) == text


def test_too_many_bad_boundaries_refuse_the_delivery(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        conform(tmp_path, {"a": SQUARE, "b": BOW_TIE}, limit=0.2)


def test_a_square_degree_at_the_equator() -> None:
    # From the series of the meridian and the parallels of WGS 84, worked out by hand: 12,308.78 km2.
    assert size_km2(shapely.from_wkt(SQUARE)) == pytest.approx(12308.778, abs=0.01)


@pytest.mark.parametrize(
    ("added", "said"),
    [
        (
            "boundaries: {version: 2010}\n",
            "these are not the boundaries in force (2020), and nothing says when they held [2010]",
        ),
        (
            "boundaries: {version: 2010, first: 2015-01-01, last: 2010-01-01}\n",
            "the version ends [2010-01-01] before it begins [2015-01-01]",
        ),
        (
            "boundaries: {version: 2010, first: 2010-01-01, last: 2020-06-30}\n",
            "the versions 2010 and 2020 hold on the same days [2020]",
        ),
        ("boundaries: {first: 2010-01-01}\n", "a key is missing [version]"),
    ],
)
def test_versions_say_when_they_held_and_do_not_overlap(tmp_path: Path, added: str, said: str) -> None:
    city = write_city(tmp_path)
    write_districts(city)
    (city / "feeds" / "districts.yaml").write_text(DISTRICTS + "boundaries: {version: 2020, first: 2020-01-01}\n")
    (city / "feeds" / "older.yaml").write_text(DISTRICTS.replace("id: districts", "id: older") + added)
    with pytest.raises(ContractError) as raised:
        read_assessment([city])
    assert said in str(raised.value)
    (city / "feeds" / "older.yaml").write_text(
        DISTRICTS.replace("id: districts", "id: older") + "boundaries: {version: 2010, last: 2019-12-31}\n"
    )
    plans = {plan.id: plan.boundary_version for plan in read_assessment([city]).cities[0].feeds}
    assert plans == {"districts": "2020", "older": "2010", "incidents": "2020"}
