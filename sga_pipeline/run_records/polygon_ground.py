"""The ground that polygons cover: its size, and what of it lies in one or in several of many polygons."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from sga_pipeline.conform.boundaries import size_km2

Polygons = npt.NDArray[Any]
# Square metres are kept; less is a rounded corner.
DIGITS = 6


def km2(ground: shapely.Geometry) -> float:
    """Square kilometres to the square metre."""
    return round(size_km2(shapely.orient_polygons(ground)), DIGITS)


def ground_of(found: shapely.Geometry) -> shapely.Geometry:
    """Polygons alone: neighbours also share lines and corners, which are no ground."""
    parts = [one for part in shapely.get_parts(found) for one in shapely.get_parts(part)]
    return shapely.MultiPolygon([one for one in parts if isinstance(one, shapely.Polygon) and not one.is_empty])


def once_and_twice(polygons: Polygons) -> tuple[shapely.Geometry, shapely.Geometry]:
    """The ground in any of them, and the ground in two or more. Halves are joined, so that many that overlap cost little more than many that do not."""
    if len(polygons) == 1:
        return polygons[0], shapely.MultiPolygon()
    west, south, east, north = shapely.bounds(polygons).T
    middles = np.stack([west + east, south + north])
    # Cut across the longer side: what lies together is joined first, and its inner borders are gone.
    order = np.argsort(middles[int(np.argmax(np.ptp(middles, axis=1)))], kind="stable")
    half = len(order) // 2
    once_here, twice_here = once_and_twice(polygons[order[:half]])
    once_there, twice_there = once_and_twice(polygons[order[half:]])
    in_both = ground_of(shapely.intersection(once_here, once_there))
    return shapely.union(once_here, once_there), shapely.union_all([twice_here, twice_there, in_both])
