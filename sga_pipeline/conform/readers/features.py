"""GeoJSON features as a table: properties are columns, and the boundary stands as WKT under `geometry`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import shapely
from shapely.geometry import shape as geometry_of

from sga_pipeline.conform.readers.documents import documents
from sga_pipeline.conform.readers.held import hold, json_cell
from sga_pipeline.conform.readers.opened import Opened
from sga_pipeline.errors import DeliveryError


def open_geojson(con: duckdb.DuckDBPyConnection, path: Path) -> Opened:
    """Features in their order."""
    try:
        features = [feature for document in documents(path) for feature in document["features"]]
        header = sorted({key for feature in features for key in (feature.get("properties") or {})} - {"geometry"})
        cells = [
            [json_cell((feature.get("properties") or {}).get(key)) for key in header] + [_wkt(feature.get("geometry"))]
            for feature in features
        ]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, shapely.errors.ShapelyError) as error:
        raise DeliveryError("this is not a GeoJSON FeatureCollection", "Ask for it again.", f"{error}"[:120]) from None
    return hold(con, [*header, "geometry"], cells)


def _wkt(geometry: Any) -> str | None:
    return shapely.to_wkt(geometry_of(geometry), rounding_precision=7, trim=True) if geometry else None
