"""Areas found from points: which rows get one, which get none, and that changed boundaries place them anew."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from sga_pipeline.conform.conformed import Conformed
from sga_pipeline.conform.feed import conform_feed
from sga_pipeline.contracts.assessment import CityPlan, read_assessment
from sga_pipeline.errors import ContractError
from sga_pipeline.home import Home
from tests.city_folder import write_city, write_districts

BY_POINT = {
    "  area_id: {from: district, steps: [{zero_pad: 2}, {prefix: d}]}\n": '  area_id: {point: {x: district, y: {from: lat, decimal: ","}, areas: districts}}\n',
    '  latitude: {from: lat, steps: [{number: {decimal: ","}}]}\n': "",
}
HEADER = "id,date,reported,offence,district,lat,weapon,cleared\n"


@dataclass(frozen=True)
class Arrived:
    path: Path
    sha256: str
    period: str | None = None
    retrieved_at: str = "2100-01-01T00:00:00Z"


def plan_of(folder: Path, replacements: dict[str, str] | None = None) -> CityPlan:
    city = write_city(folder, BY_POINT | (replacements or {}))
    write_districts(city)
    return read_assessment([city]).cities[0]


def conform(city: CityPlan, home: Home, feed_id: str, file: Path, sha: str) -> Conformed:
    plan = next(one for one in city.feeds if one.id == feed_id)
    [done] = conform_feed(plan, {None: [Arrived(file, sha * 32)]}, home)
    return done


def rows(*points: tuple[str, str]) -> str:
    return HEADER + "".join(f'e{n},2023-05-01,,hom,{x},"{y}",,\n' for n, (x, y) in enumerate(points))


def placed(home: Home) -> list[tuple[str, str]]:
    files = sorted((home.conformed / "crime_events" / "city_id=xx_small" / "feed_id=incidents").glob("*.parquet"))
    frame = pl.concat(pl.read_parquet(file, hive_partitioning=False) for file in files)
    return list(frame.select("event_id", "area_id").iter_rows())


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def test_each_point_has_one_area_or_none(tmp_path: Path, home: Home) -> None:
    city = plan_of(tmp_path)
    assert conform(city, home, "districts", city.folder / "data" / "districts.geojson", "aa").outcome.rows_kept == 4
    file = tmp_path / "incidents.csv"
    asked = {
        ("-74.05", "3,95"): "d01",
        ("-73.95", "3,95"): "d02",
        ("-74.05", "4,05"): "d03",
        ("-73.95", "4,05"): "d04",
        # The corner all four share, and a border of two: the smallest code.
        ("-74.0", "4,0"): "d01",
        ("-74.0", "4,05"): "d03",
        ("-73.95", "4,0"): "d02",
        # Outside, at null island, exchanged, and nowhere: the city, and never a guess.
        ("-75", "4,0"): "XS",
        ("0", "0"): "XS",
        ("4.05", "-74,05"): "XS",
        ("", ""): "XS",
        ("-74.05", ""): "XS",
    }
    file.write_text(rows(*asked, ("north", "4,0")))
    done = conform(city, home, "incidents", file, "bb").outcome
    assert [area for _, area in placed(home)] == list(asked.values())
    assert (done.rows_in, done.rows_kept, done.rows_quarantined, done.rows_without_area) == (13, 12, 1, 5)
    assert done.rules == {"type:area_id": 1}


def test_moved_boundaries_place_rows_anew_and_the_same_ones_do_not(tmp_path: Path, home: Home) -> None:
    city = plan_of(tmp_path)
    boundaries, file = city.folder / "data" / "districts.geojson", tmp_path / "incidents.csv"
    file.write_text(rows(("-74.05", "3,95")))
    conform(city, home, "districts", boundaries, "aa")
    assert conform(city, home, "incidents", file, "bb").fresh
    assert not conform(city, home, "incidents", file, "bb").fresh
    write_districts(city.folder, {"d07": (-74.1, 3.9), "d08": (-74.0, 3.9)})
    conform(city, home, "districts", boundaries, "cc")
    assert conform(city, home, "incidents", file, "bb").fresh
    assert placed(home) == [("e0", "d07")]


def test_without_boundaries_a_delivery_waits(tmp_path: Path, home: Home) -> None:
    city = plan_of(tmp_path)
    file = tmp_path / "incidents.csv"
    file.write_text(rows(("-74.05", "3,95")))
    refused = conform(city, home, "incidents", file, "bb")
    assert not refused.in_use and "no boundaries to place its points in [districts]" in refused.outcome.reason
    conform(city, home, "districts", city.folder / "data" / "districts.geojson", "aa")
    assert conform(city, home, "incidents", file, "bb").in_use


def test_feet_of_a_local_grid_are_turned_into_degrees(tmp_path: Path, home: Home) -> None:
    # UTM zone 18 north: the central meridian, 75° west, lies at 500,000 m; metres here come from the projection's own series.
    city = plan_of(tmp_path, {'x: district, y: {from: lat, decimal: ","}': "x: district, y: lat, crs: EPSG:32618"})
    conform(city, home, "districts", city.folder / "data" / "districts.geojson", "aa")
    file = tmp_path / "incidents.csv"
    file.write_text(rows(("605442", "436700"), ("616544", "447763"), ("1e30", "5"), ("500000", "442000")))
    conform(city, home, "incidents", file, "bb")
    assert [area for _, area in placed(home)] == ["d01", "d04", "XS", "XS"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("areas: districts", "areas: wards", "the city has no such feed of areas [wards]"),
        ("areas: districts", "areas: incidents", "the city has no such feed of areas [incidents]"),
        (
            "areas: districts",
            "areas: districts, level: neighbourhood",
            "the feed of areas has no such level [neighbourhood]",
        ),
        ("areas: districts", "areas: districts, crs: EPSG:99999", "unknown coordinate system [EPSG:99999]"),
        ("areas: districts", "areas: districts, crs: feet", "String should match pattern"),
        ("{point: {x: district", "{point: {z: district", "unknown key [z]"),
        (
            "  weapon:",
            "  situation: {point: {x: lat, y: lat, areas: districts}}\n  weapon:",
            "only area_id is found from a point",
        ),
    ],
)
def test_wrong_arguments_are_found_before_any_data(tmp_path: Path, old: str, new: str, said: str) -> None:
    city = write_city(tmp_path, BY_POINT)
    write_districts(city)
    feed = city / "feeds" / "incidents.yaml"
    text = feed.read_text()
    assert old in text
    feed.write_text(text.replace(old, new))
    with pytest.raises(ContractError) as raised:
        read_assessment([city])
    assert said in str(raised.value) and "incidents.yaml line" in str(raised.value)


def test_memory_does_not_grow_with_the_number_of_points(
    tmp_path: Path, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No chunk of points is larger than the declared one, and a point in a later chunk is placed like one in the first."""
    monkeypatch.setattr("sga_pipeline.conform.rows.CHUNK_ROWS", 5000)
    seen: list[int] = []
    from sga_pipeline.conform.point_grid import Grid

    find = Grid.find
    monkeypatch.setattr(Grid, "find", lambda self, xs, ys: (seen.append(len(xs)), find(self, xs, ys))[1])
    city = plan_of(tmp_path)
    conform(city, home, "districts", city.folder / "data" / "districts.geojson", "aa")
    file = tmp_path / "incidents.csv"
    file.write_text(rows(*[("-74.05", "3,95"), ("-73.95", "4,05")] * 20_000))
    conform(city, home, "incidents", file, "bb")
    assert sum(seen) == 40_000 and max(seen) <= 5000
    assert [area for _, area in placed(home)] == ["d01", "d04"] * 20_000


def test_an_area_found_from_a_point_cannot_be_corrected(tmp_path: Path) -> None:
    city = write_city(tmp_path, BY_POINT)
    write_districts(city)
    (city / "city.yaml").write_text((city / "city.yaml").read_text() + "corrections: corrections.yaml\n")
    why = "  reason: Typed wrongly\n  decided_by: Records office\n  decided_on: 2024-02-01\n  evidence: Letter 12\n"
    (city / "corrections.yaml").write_text(
        "corrections:\n- id: c1\n  feed: incidents\n  row: {event_id: e1}\n  column: area_id\n  expect: d01\n  value: d02\n"
        + why
    )
    with pytest.raises(ContractError, match=r"this area is found only after corrections \[area_id\]"):
        read_assessment([city])
