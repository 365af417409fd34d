"""Which areas are compared with each other: those in force, each once, where the warehouse sees them."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from sga_pipeline.contracts.assessment import CityPlan, read_assessment
from sga_pipeline.home import Home
from sga_pipeline.run_records.drawn_areas import drawn_areas
from tests.city_folder import DISTRICTS, write_city, write_districts

SQUARE = "POLYGON ((0 0, 0.1 0, 0.1 0.1, 0 0.1, 0 0))"
LARGER = "POLYGON ((0 0, 0.2 0, 0.2 0.2, 0 0.2, 0 0))"
# A ring that touches itself, as one may whose corners were rounded.
TOUCHING = "POLYGON ((0 0, 0.1 0, 0.1 0.1, 0.05 0, 0 0.1, 0 0))"
FORMER = "spatial_levels: [district]\nboundaries: {version: '2010', first: 2010-01-01, last: 2019-12-31}\n"


def city_with(folder: Path, *further: tuple[str, str]) -> CityPlan:
    """The small city with its districts, and further feeds of areas by what their contract says."""
    city = write_city(folder)
    write_districts(city)
    for feed_id, levels in further:
        text = DISTRICTS.replace("id: districts", f"id: {feed_id}").replace("spatial_levels: [district]\n", levels)
        (city / "feeds" / f"{feed_id}.yaml").write_text(text, encoding="utf-8")
    return read_assessment([city]).cities[0]


def conformed(home: Home, feed_id: str, *rows: tuple[str, str, str | None, str | None]) -> None:
    folder = home.conformed / "areas" / "city_id=xx_small" / f"feed_id={feed_id}"
    folder.mkdir(parents=True)
    schema = ["area_id", "level", "parent_id", "geometry"]
    pl.DataFrame(rows, schema=dict.fromkeys(schema, pl.String), orient="row").write_parquet(folder / "a.parquet")


def test_former_boundaries_are_left_alone(tmp_path: Path) -> None:
    city, home = city_with(tmp_path, ("former", FORMER)), Home(tmp_path / "home")
    conformed(home, "districts", ("d1", "district", "XS", SQUARE), ("d2", "district", "XS", None))
    conformed(home, "former", ("d3", "district", "XS", SQUARE))
    found = drawn_areas(city, home)
    assert [(one.area_id, one.polygon is None) for one in found] == [("d1", False), ("d2", True)]


def test_an_area_that_two_feeds_draw_stands_once_and_as_the_warehouse_keeps_it(tmp_path: Path) -> None:
    city, home = city_with(tmp_path, ("other", "spatial_levels: [district]\n")), Home(tmp_path / "home")
    conformed(home, "districts", ("d1", "district", "XS", SQUARE))
    conformed(home, "other", ("d1", "district", "XS", LARGER), ("XS", "district", "d1", SQUARE))
    drawn = {one.area_id: one for one in drawn_areas(city, home)}
    assert max(SQUARE, LARGER) == LARGER and drawn["d1"].feed_id == "other"
    # The contract fixes the city's place in the hierarchy, whatever a feed says of it.
    assert (drawn["XS"].level, drawn["XS"].parent_id) == ("city", "XX")


def test_a_ring_that_touches_itself_is_still_ground(tmp_path: Path) -> None:
    city, home = city_with(tmp_path), Home(tmp_path / "home")
    conformed(home, "districts", ("d1", "district", "XS", TOUCHING))
    [one] = drawn_areas(city, home)
    assert one.polygon is not None and one.polygon.is_valid and one.polygon.area > 0


def test_a_city_whose_boundaries_never_came_has_none(tmp_path: Path) -> None:
    assert drawn_areas(city_with(tmp_path), Home(tmp_path / "home")) == []
