"""Boundaries as they are conformed: rings repaired where that is safe, sizes worked out on the ellipsoid."""

from __future__ import annotations

import polars as pl
import shapely
from pyproj import Geod

_ELLIPSOID = Geod(ellps="WGS84")


def add_area(areas: pl.DataFrame) -> pl.DataFrame:
    """Repair crossing rings, drop what is no boundary, and fill `area_km2` where the source gives none."""
    shapes = [_read(text) for text in areas["geometry"].to_list()]
    sizes = [None if one is None else abs(_ELLIPSOID.geometry_area_perimeter(one)[0]) / 1e6 for one in shapes]
    texts = [None if one is None else shapely.to_wkt(one, rounding_precision=7, trim=True) for one in shapes]
    return areas.with_columns(
        pl.Series("geometry", texts, dtype=pl.String),
        pl.coalesce("area_km2", pl.Series(sizes, dtype=pl.Float64).round(6)).alias("area_km2"),
    )


def _read(text: str | None) -> shapely.Geometry | None:
    if not text:
        return None
    try:
        found = shapely.from_wkt(text)
    except shapely.errors.ShapelyError:
        return None
    if not found.is_valid:
        found = shapely.make_valid(found)
    polygons = [
        one for one in getattr(found, "geoms", [found]) if isinstance(one, shapely.Polygon | shapely.MultiPolygon)
    ]
    if not polygons:
        return None
    # Rings run one way, so that sizes have one sign and the same boundary is always the same text.
    return shapely.normalize(shapely.orient_polygons(shapely.unary_union(polygons)))
