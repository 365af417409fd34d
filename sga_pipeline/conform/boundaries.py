"""Boundaries as they are conformed: rings repaired where that changes nothing, the rest refused, sizes worked out on the ellipsoid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
import shapely
from pyproj import Geod

_ELLIPSOID = Geod(ellps="WGS84")
# A repair may move this share of an area; beyond it nobody knows which of two boundaries was meant.
REPAIR_SHARE = 0.001
# Why a boundary is refused; each is the id of a rule.
UNREADABLE_BOUNDARY, NO_POLYGON = "type:geometry", "polygon:geometry"


@dataclass(frozen=True)
class Boundary:
    """A polygon, or why there is none."""

    polygon: shapely.Geometry | None = None
    repaired: bool = False
    refused: str | None = None


def add_area(areas: pl.DataFrame, flag: str, bits: dict[str, int]) -> tuple[pl.DataFrame, int]:
    """Boundaries in one form, `area_km2` where the source gives none, a bit in `flag` where one is refused; how many were repaired."""
    read = [read_boundary(text) for text in areas["geometry"].to_list()]
    sizes = [None if one.polygon is None else size_km2(one.polygon) for one in read]
    texts = [None if one.polygon is None else write_boundary(one.polygon) for one in read]
    refused = pl.Series([bits[one.refused] if one.refused else 0 for one in read], dtype=pl.UInt64)
    settled = areas.with_columns(
        pl.Series("geometry", texts, dtype=pl.String),
        pl.coalesce("area_km2", pl.Series(sizes, dtype=pl.Float64).round(6)).alias("area_km2"),
        (pl.col(flag) | refused).alias(flag),
    )
    return settled, sum(one.repaired for one in read)


def size_km2(polygon: shapely.Geometry) -> float:
    """Square kilometres on the ellipsoid."""
    return abs(float(_ELLIPSOID.geometry_area_perimeter(polygon)[0])) / 1e6


def read_boundary(text: str | None) -> Boundary:
    """One boundary from WKT in degrees."""
    if not text:
        return Boundary()
    try:
        with np.errstate(invalid="ignore"):
            found = shapely.from_wkt(text)
    except shapely.errors.ShapelyError:
        return Boundary(refused=UNREADABLE_BOUNDARY)
    if shapely.is_empty(found) or not _in_degrees(found):
        return Boundary(refused=UNREADABLE_BOUNDARY)
    polygons = _polygons(found)
    if not polygons:
        return Boundary(refused=NO_POLYGON)
    whole = shapely.unary_union(polygons) if all(one.is_valid for one in polygons) else _repair(polygons)
    if whole is None or shapely.is_empty(whole):
        return Boundary(refused=UNREADABLE_BOUNDARY)
    return Boundary(_in_one_order(whole), repaired=not found.is_valid)


def _in_one_order(whole: shapely.Geometry) -> shapely.Geometry:
    """Rings run one way and begin at one corner, so that sizes have one sign and the same boundary is always the same text."""
    ordered = _order(whole)
    # Where a ring begins at a corner written several times, ordering drops one repeat each time it is done; without
    # repeats, conforming the text again changes nothing. Other repeats are stable and stay as the source has them.
    if not shapely.equals_exact(_order(ordered), ordered):
        ordered = _order(shapely.remove_repeated_points(whole))
    return ordered


def _order(whole: shapely.Geometry) -> shapely.Geometry:
    return shapely.normalize(shapely.orient_polygons(whole))


def write_boundary(polygon: shapely.Geometry) -> str:
    """WKT to some a centimetre; conforming this text again gives it back unchanged."""
    return shapely.to_wkt(polygon, rounding_precision=7, trim=True)


def _polygons(found: shapely.Geometry) -> list[shapely.Polygon]:
    """The polygons of a geometry; points and lines among them are marks on a map, not boundaries."""
    parts = [one for part in shapely.get_parts(found) for one in shapely.get_parts(part)]
    return [one for one in parts if isinstance(one, shapely.Polygon)]


def _in_degrees(found: shapely.Geometry) -> bool:
    # Bounds pass over a corner that is no number; the corners themselves do not.
    if not np.isfinite(shapely.get_coordinates(found)).all():
        return False
    west, south, east, north = (float(one) for one in shapely.bounds(found))
    return -180 <= west <= east <= 180 and -90 <= south <= north <= 90


def _repair(polygons: list[shapely.Polygon]) -> shapely.Geometry | None:
    """A valid form where every way to repair gives the size the rings enclose; a ring that truly crosses itself has two meanings."""
    repaired = []
    for one in polygons:
        if one.is_valid:
            repaired.append(one)
            continue
        by_lines = shapely.make_valid(one)
        by_structure = shapely.make_valid(one, method="structure", keep_collapsed=False)
        sizes = [one.area, by_lines.area, by_structure.area]
        if max(sizes) <= 0 or max(sizes) - min(sizes) > REPAIR_SHARE * max(sizes):
            return None
        repaired += _polygons(by_structure)
    return shapely.unary_union(repaired)
