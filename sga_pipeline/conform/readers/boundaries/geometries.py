"""Geometry as the web writes it (GeoJSON, Esri JSON) turned into WKT in WGS 84, longitude first."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import pyproj
import shapely
from shapely.geometry import shape as geometry_of

WGS84 = {4326}
# One projection under the numbers it has been given: Web Mercator.
WEB_MERCATOR = {3857, 102100, 102113, 900913}


def wkt(geometry: shapely.Geometry) -> str:
    return shapely.to_wkt(geometry, rounding_precision=7, trim=True)


def from_geojson(value: Any) -> str | None:
    """A GeoJSON geometry, or the one of a Feature."""
    if isinstance(value, dict) and value.get("type") == "Feature":
        value = value.get("geometry")
    return wkt(geometry_of(value)) if value else None


def from_esri(value: Any, reference: Any) -> str | None:
    """Esri's form: x and y, points, paths, or rings. `reference` is the answer's own, where the geometry has none."""
    if value is None:
        return None
    if not isinstance(value, dict):
        raise ValueError("a geometry is no object")
    found = _shape(value)
    if found is None or shapely.is_empty(found):
        return None
    number = _number(value.get("spatialReference") or reference)
    if number in WEB_MERCATOR:
        found = shapely.transform(found, _to_degrees(), interleaved=False)
    elif number not in WGS84:
        raise ValueError(f"the spatial reference {number} is not read; ask for outSR=4326")
    return wkt(found)


def _number(reference: Any) -> int:
    number = reference.get("latestWkid", reference.get("wkid")) if isinstance(reference, dict) else None
    if not isinstance(number, int):
        raise ValueError("it is not said in which spatial reference the geometry is; ask for outSR=4326")
    return number


@cache
def _to_degrees() -> Any:
    return pyproj.Transformer.from_crs(3857, 4326, always_xy=True).transform


def _shape(value: dict[str, Any]) -> Any:
    if {"curveRings", "curvePaths"} & value.keys():
        raise ValueError("the geometry has curves; ask for it without (returnTrueCurves=false)")
    if "x" in value:
        # An empty point is written with the text NaN, or null.
        if value["x"] in {None, "NaN"} or value.get("y") in {None, "NaN"}:
            return None
        return shapely.Point(_plane([[value["x"], value["y"]]])[0])
    if "points" in value:
        return shapely.MultiPoint(_plane(value["points"])) if value["points"] else None
    if "paths" in value:
        lines = [shapely.LineString(_plane(path)) for path in value["paths"] if len(path) > 1]
        return _one_or_many(lines, shapely.MultiLineString)
    if "rings" in value:
        return _one_or_many(_polygons(value["rings"]), shapely.MultiPolygon)
    raise ValueError(f"the geometry is of no known kind: {', '.join(sorted(value))[:80]}")


def _plane(points: Sequence[Sequence[float]]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Without heights and measures."""
    found = np.array([point[:2] for point in points], dtype=np.float64)
    if found.ndim != 2 or not np.isfinite(found).all():
        raise ValueError("a geometry holds something that is no pair of numbers")
    return found


def _one_or_many(parts: list[Any], many: type[Any]) -> Any:
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else many(parts)


def _polygons(rings: Sequence[Any]) -> list[shapely.Polygon]:
    """Outer rings run clockwise, holes the other way; a hole belongs to the smallest outer ring around it. Without one it is itself an outer ring."""
    closed = [_closed(ring) for ring in rings]
    whole = [shapely.LinearRing(ring) for ring in closed if len(np.unique(ring, axis=0)) > 2]
    shells = [shapely.Polygon(ring) for ring in whole if not ring.is_ccw]
    tree = shapely.STRtree(shells)
    holes: dict[int, list[shapely.LinearRing]] = {}
    alone = []
    for ring in (one for one in whole if one.is_ccw):
        hole = shapely.Polygon(ring)
        at = tree.query(hole.representative_point(), predicate="intersects")
        # An island in the hole may lie around that point too; it is smaller than the hole.
        around = [int(one) for one in at if shells[one].area > hole.area]
        if around:
            holes.setdefault(min(around, key=lambda one: shells[one].area), []).append(ring)
        else:
            alone.append(shapely.Polygon(ring))
    return [shapely.Polygon(shell.exterior, holes.get(at, [])) for at, shell in enumerate(shells)] + alone


def _closed(ring: Sequence[Sequence[float]]) -> np.ndarray[Any, np.dtype[np.float64]]:
    if not ring:
        return np.empty((0, 2))
    points = _plane(ring)
    return points if (points[0] == points[-1]).all() else np.vstack([points, points[:1]])
