"""The grid answers as exact geometry does: on random tessellations, on their borders and corners, and on what is no point at all."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sga_pipeline.conform.point_grid import NOWHERE, Grid


def exact(polygons: list[shapely.Geometry], xs: np.ndarray, ys: np.ndarray) -> np.ndarray:
    """The first polygon that touches each point, asked one by one and without preparation."""
    found = np.full(len(xs), NOWHERE)
    points = shapely.points(np.where(np.isfinite(xs), xs, 1e9), np.where(np.isfinite(ys), ys, 1e9))
    for number in reversed(range(len(polygons))):
        found[shapely.intersects(shapely.from_wkb(shapely.to_wkb(polygons[number])), points)] = number
    return found


@st.composite
def tessellations(draw: st.DrawFn) -> list[shapely.Geometry]:
    """Cells around random seeds, some merged into areas of several parts, some with a hole, some overlapping."""
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    corner, size = rng.uniform(-170, 160), 10.0 ** draw(st.integers(-4, 1))
    seeds = shapely.multipoints(corner + size * rng.random((draw(st.integers(3, 40)), 2)))
    cells = list(shapely.get_parts(shapely.voronoi_polygons(seeds)))
    rng.shuffle(cells)
    if draw(st.booleans()) and len(cells) > 4:
        cells = [shapely.union_all(cells[:2]), *cells[2:]]
    if draw(st.booleans()):
        cells[0] = cells[0].difference(cells[0].centroid.buffer(size / 50))
    if draw(st.booleans()):
        cells.append(shapely.box(*cells[-1].bounds).buffer(size / 10))
    return [one for one in cells if one.area > 0]


def places(polygons: list[shapely.Geometry], seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Points anywhere, and points exactly on corners, in the middle of borders, and a hair away from them."""
    rng = np.random.default_rng(seed)
    corners = shapely.get_coordinates(polygons)
    middles = (corners[:-1] + corners[1:]) / 2
    west, south, east, north = shapely.total_bounds(polygons)
    anywhere = np.column_stack([rng.uniform(west - 1, east + 1, 200), rng.uniform(south - 1, north + 1, 200)])
    inside = np.column_stack([rng.uniform(west, east, 400), rng.uniform(south, north, 400)])
    near = corners + rng.normal(0, 1e-12, corners.shape)
    together = np.concatenate([anywhere, inside, corners, middles, near, [[np.nan, 0], [np.inf, 0], [0, -np.inf]]])
    return together[:, 0], together[:, 1]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(polygons=tessellations(), side=st.sampled_from([1, 3, 16, 100]), seed=st.integers(0, 1000))
def test_every_point_is_where_exact_geometry_says(polygons: list[shapely.Geometry], side: int, seed: int) -> None:
    xs, ys = places(polygons, seed)
    assert (Grid(polygons, side).find(xs, ys) == exact(polygons, xs, ys)).all()


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(polygons=tessellations(), seed=st.integers(0, 1000))
def test_the_order_of_points_changes_nothing(polygons: list[shapely.Geometry], seed: int) -> None:
    xs, ys = places(polygons, seed)
    order = np.random.default_rng(seed).permutation(len(xs))
    grid = Grid(polygons, 32)
    assert (grid.find(xs, ys)[order] == grid.find(xs[order], ys[order])).all()


@pytest.mark.parametrize("side", [1, 2, 7, 512])
def test_a_shared_border_belongs_to_the_first(side: int) -> None:
    # Two squares side by side, a third on top of both, and a hole in the second.
    hole = shapely.box(1.25, 0.25, 1.75, 0.75)
    polygons = [shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1).difference(hole), shapely.box(0, 1, 2, 2)]
    asked = {
        (1, 0.5): 0,
        (1, 1): 0,
        (1.5, 1): 1,
        (1.5, 0.5): NOWHERE,
        (1.25, 0.5): 1,
        (0, 2): 2,
        (2, 2): 2,
        (2.000001, 2): NOWHERE,
        (0, 0): 0,
        (-1e-9, 0): NOWHERE,
    }
    xs, ys = (np.array([point[axis] for point in asked], dtype=float) for axis in (0, 1))
    assert Grid(polygons, side).find(xs, ys).tolist() == list(asked.values())


def test_overlapping_areas_give_a_point_to_the_first_of_them() -> None:
    polygons = [shapely.box(4, 4, 6, 6), shapely.box(0, 0, 10, 10), shapely.box(3, 3, 7, 7)]
    xs = np.array([5.0, 3.5, 9.0, 6.0])
    assert Grid(polygons, 64).find(xs, xs).tolist() == [0, 1, 1, 0]


def test_no_points_are_no_trouble() -> None:
    assert Grid([shapely.box(0, 0, 1, 1)]).find(np.array([]), np.array([])).tolist() == []
