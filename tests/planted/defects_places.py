"""Defects of boundaries: districts drawn over one another, a city they do not fill, and districts that reach beyond it."""

from __future__ import annotations

from typing import Any

import polars as pl

from tests.planted import agreements
from tests.planted.grading import grade, worse
from tests.planted.model import MadeCity

# Districts stand in rows of three, from the south-west; each is a square in degrees.
IN_A_ROW = 3
IN_CITY = "district in city"


def overlapping(city: MadeCity, share: float) -> None:
    """The second district begins too far west, so that this share of the ground lies in the first as well."""
    first, second = city.districts[:2]
    deep = share * len(city.districts) * first.side
    assert deep < first.side / 2, "more would lie in the first district than not"
    _redrawn(
        city, second.area_id, second.west - deep, second.south, second.west + second.side, second.south + second.side
    )
    _must_raise(city, "overlap", f"{share:.2%} of the ground in two districts", grade("G10a", share), "district")


def drawn_within(city: MadeCity, share: float) -> None:
    """The second district is drawn as a small square in the corner of the first; this share of the ground lies in both."""
    first, second = city.districts[:2]
    side = first.side * (share * (len(city.districts) - 1)) ** 0.5
    _redrawn(city, second.area_id, first.west, first.south, first.west + side, first.south + side)
    severity = worse("medium", grade("G10a", share))
    _must_raise(city, "within", f"a district of {share:.2%} within another", severity, "district")


def left_out(city: MadeCity, share: float) -> None:
    """The city begins south of its districts: this share of its ground lies in none."""
    first = city.districts[0]
    strip = share / (1 - share) * len(city.districts) / IN_A_ROW * first.side
    _outlined(city, strip)
    _must_raise(city, "left out", f"{share:.2%} of the city in no district", grade("boundary", share), IN_CITY)


def beyond(city: MadeCity, share: float) -> None:
    """The city begins north of the southern edge of its districts: this share of their ground lies beyond it."""
    strip = share * len(city.districts) / IN_A_ROW * city.districts[0].side
    _outlined(city, -strip)
    _must_raise(city, "beyond", f"{share:.2%} of the districts beyond the city", grade("boundary", share), IN_CITY)


def _must_raise(city: MadeCity, what: str, defect: str, severity: str | None, dimension: str) -> None:
    scope = {"feed_id": "districts", "dimension": dimension}
    if severity:
        city.must_raise(defect, "G10a", severity, **scope)
    # One step worse than it is would be too loud.
    louder = {None: "low", "low": "medium", "medium": "high"}.get(severity)
    if louder:
        city.must_not_raise(f"{what}: {defect}", "G10a", louder, **scope)


def _redrawn(city: MadeCity, area_id: str, west: float, south: float, east: float, north: float) -> None:
    table = city.tables["districts"]
    rows = [
        row | ({"ring": _ring(west, south, east, north)} if row["code"] == area_id else {}) for row in table.to_dicts()
    ]
    city.tables["districts"] = pl.DataFrame(rows, schema=table.schema)


def _outlined(city: MadeCity, further_south: float) -> None:
    """The city's own boundary, from an office of its own: around its districts, but for where it begins."""
    first, number = city.districts[0], len(city.districts)
    second_row = number - IN_A_ROW
    west, side = first.west, first.side
    corners = [
        (0, -further_south),
        (IN_A_ROW * side, -further_south),
        (IN_A_ROW * side, side),
        (second_row * side, side),
        (second_row * side, 2 * side),
        (0, 2 * side),
        (0, -further_south),
    ]
    ring = [[round(west + x, 7), round(first.south + y, 7)] for x, y in corners]
    contract: dict[str, Any] = agreements.districts() | {
        "id": "outline",
        "title": "The city's boundary",
        "spatial_levels": ["city"],
        "source": {"connector": "file", "address": "outline.geojson"},
    }
    contract["columns"] = contract["columns"] | {"parent_id": {"constant": "XX"}, "level": {"constant": "city"}}
    table = city.tables["districts"]
    row = {"code": "C", "name": "The city", "km2": sum(one.km2 for one in city.districts), "ring": ring}
    city.feeds["outline"], city.tables["outline"] = contract, pl.DataFrame([row], schema=table.schema)


def _ring(west: float, south: float, east: float, north: float) -> list[list[float]]:
    return [
        [round(x, 7), round(y, 7)]
        for x, y in [(west, south), (east, south), (east, north), (west, north), (west, south)]
    ]
