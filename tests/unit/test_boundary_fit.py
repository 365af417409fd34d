"""Boundaries that fit each other and boundaries that do not, on squares whose ground is known."""

from __future__ import annotations

import time
from typing import Any

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from sga_pipeline.conform.boundaries import read_boundary, size_km2
from sga_pipeline.run_records.boundary_fit import fit_of_areas
from sga_pipeline.run_records.drawn_areas import Area

# A tenth of a degree at the equator, where squares of one size have one size.
SIDE = 0.1
SQUARE_KM2 = size_km2(shapely.box(0, 0, SIDE, SIDE))


def box(west: float, south: float, width: float = 1.0, height: float = 1.0) -> shapely.Geometry:
    return shapely.box(west * SIDE, south * SIDE, (west + width) * SIDE, (south + height) * SIDE)


def area(
    code: str, polygon: shapely.Geometry | None, parent: str | None = "C", level: str = "district", feed: str = "f"
) -> Area:
    return Area(code, level, parent, feed, polygon)


def city(polygon: shapely.Geometry) -> Area:
    return area("C", polygon, parent=None, level="city", feed="outline")


def rows_of(table: str, *areas: Area) -> list[dict[str, Any]]:
    return [row for name, row in fit_of_areas(areas) if name == table]


def squares(km2: float) -> float:
    """How many squares, to one in a thousand: a degree shrinks a little away from the equator."""
    return pytest.approx(km2 * SQUARE_KM2, rel=1e-3, abs=2e-6)


def test_neighbours_that_share_a_border_share_no_ground() -> None:
    four = [area(f"d{x}{y}", box(x, y)) for x in (0, 1) for y in (0, 1)]
    [level] = rows_of("level_grounds", *four)
    assert (level["areas_n"], level["ground_km2"], level["doubled_km2"]) == (4, squares(4), 0)
    assert rows_of("area_overlaps", *four) == []


def test_an_overlap_is_as_large_as_it_was_drawn() -> None:
    # The second begins a tenth of a square too far west: 0.1 of 1.9 squares lie in both.
    pair = [area("d1", box(0, 0)), area("d2", box(0.9, 0))]
    [level] = rows_of("level_grounds", *pair)
    assert (level["ground_km2"], level["doubled_km2"]) == (squares(1.9), squares(0.1))
    [shared] = rows_of("area_overlaps", *pair)
    assert (shared["area_id"], shared["other_id"], shared["shared_km2"]) == ("d1", "d2", squares(0.1))


def test_ground_in_three_areas_is_counted_once() -> None:
    heap = [area(f"d{at}", box(0, 0)) for at in range(3)]
    [level] = rows_of("level_grounds", *heap)
    assert (level["ground_km2"], level["doubled_km2"]) == (squares(1), squares(1))
    assert len(rows_of("area_overlaps", *heap)) == 3


def test_levels_are_compared_with_themselves_and_not_with_each_other() -> None:
    nested = [
        city(box(0, 0, 2)),
        area("d1", box(0, 0)),
        area("d2", box(1, 0)),
        area("n1", box(0, 0, 0.5), "d1", "neighbourhood"),
        area("n2", box(0.5, 0, 0.5), "d1", "neighbourhood"),
        area("n3", box(1, 0), "d2", "neighbourhood"),
    ]
    assert rows_of("area_overlaps", *nested) == []
    fits = rows_of("area_fits", *nested)
    assert [(row["area_id"], row["level"], row["children_n"]) for row in fits] == [
        ("C", "district", 2),
        ("d1", "neighbourhood", 2),
        ("d2", "neighbourhood", 1),
    ]
    assert all(row["left_out_km2"] == row["beyond_km2"] == 0 for row in fits)


def test_each_parent_is_compared_with_its_own_children() -> None:
    two = [
        area("d1", box(0, 0)),
        area("d2", box(1, 0)),
        area("n1", box(0, 0, 0.75), "d1", "neighbourhood"),
        area("n2", box(0.75, 0, 1.25), "d2", "neighbourhood"),
    ]
    hole, beyond = rows_of("area_fits", *two)
    assert (hole["area_id"], hole["left_out_km2"], hole["beyond_km2"]) == ("d1", squares(0.25), 0)
    assert (beyond["area_id"], beyond["left_out_km2"], beyond["beyond_km2"]) == ("d2", 0, squares(0.25))


def test_a_hole_and_what_reaches_beyond_are_distinguished() -> None:
    # Three of four squares are filled, and a half square lies outside.
    [fit] = rows_of(
        "area_fits", city(box(0, 0, 2, 2)), area("d1", box(0, 0, 2)), area("d2", box(0, 1)), area("d3", box(2, 0, 0.5))
    )
    assert (fit["area_km2"], fit["children_km2"]) == (squares(4), squares(3.5))
    assert (fit["left_out_km2"], fit["beyond_km2"]) == (squares(1), squares(0.5))


def test_a_sliver_is_reported_as_small_as_it_is() -> None:
    # A ten-thousandth of a square, as digitising leaves them.
    pair = [city(box(0, 0, 2)), area("d1", box(0, 0)), area("d2", box(1.0001, 0, 0.9999))]
    [fit] = rows_of("area_fits", *pair)
    assert fit["left_out_km2"] / fit["area_km2"] == pytest.approx(0.00005, rel=0.01)


def test_children_without_a_boundary_are_counted_and_a_parent_without_one_is_not_compared() -> None:
    [fit] = rows_of("area_fits", city(box(0, 0, 2)), area("d1", box(0, 0)), area("d2", None))
    assert (fit["children_n"], fit["drawn_n"]) == (2, 1)
    assert rows_of("area_fits", area("C", None, None, "city"), area("d1", box(0, 0))) == []
    assert list(fit_of_areas([city(box(0, 0)), area("d1", None)])) == []


def test_a_county_may_be_given_twice() -> None:
    """A county and a metropolitan area are of one level and share their ground by right."""
    assert list(fit_of_areas([area("k1", box(0, 0), None, "county"), area("k2", box(0, 0, 2), None, "county")])) == []


def test_the_feed_that_draws_most_areas_is_asked() -> None:
    mixed = [area("d1", box(0, 0), feed="b"), area("d2", box(1, 0), feed="a"), area("d3", box(2, 0), feed="b")]
    assert rows_of("level_grounds", *mixed)[0]["feed_id"] == "b"
    assert rows_of("level_grounds", *mixed[:2])[0]["feed_id"] == "a"


def test_the_order_in_which_areas_come_changes_nothing() -> None:
    areas = [city(box(0, 0, 3, 3)), *(area(f"d{x}{y}", box(x * 0.97, y * 0.93)) for x in range(3) for y in range(3))]
    assert list(fit_of_areas(areas)) == list(fit_of_areas(areas[::-1]))


def test_a_heap_of_areas_on_one_ground_takes_seconds() -> None:
    began = time.process_time()
    heap = [area(f"d{at:04}", box(0, 0)) for at in range(400)]
    made = list(fit_of_areas(heap))
    assert time.process_time() - began < 20
    assert made[0][1]["doubled_km2"] == squares(1)


corner = st.tuples(st.integers(0, 12), st.integers(0, 12)).map(lambda at: (at[0] * 1e-7 * 3, at[1] * 1e-7 * 7))
ring = st.lists(corner, min_size=3, max_size=9).map(lambda corners: [*corners, corners[0]])


@settings(max_examples=100, deadline=None)
@given(st.lists(ring, min_size=2, max_size=6))
def test_no_boundary_that_was_let_in_is_too_odd(rings: list[list[tuple[float, float]]]) -> None:
    """Rings of a few centimetres, that touch themselves and each other as they like."""
    texts = [f"POLYGON (({', '.join(f'{x:.7f} {y:.7f}' for x, y in one)}))" for one in rings]
    polygons = [read_boundary(text).polygon for text in texts]
    areas = [area(f"d{at}", polygon) for at, polygon in enumerate(polygons)]
    for _, row in fit_of_areas([area("C", polygons[0], None, "city"), *areas]):
        assert all(value >= 0 for value in row.values() if isinstance(value, float))
