"""GeoJSON features as a table: properties are columns, and the boundary stands as WKT under `geometry`."""

from __future__ import annotations

from pathlib import Path

import duckdb
import shapely

from sga_pipeline.conform.readers.documents import documents
from sga_pipeline.conform.readers.geometries import from_geojson
from sga_pipeline.conform.readers.held import hold, json_cell
from sga_pipeline.conform.readers.moments import moment_cell
from sga_pipeline.conform.readers.opened import Opened
from sga_pipeline.contracts.formats import GeoJsonFormat
from sga_pipeline.errors import DeliveryError


def open_geojson(con: duckdb.DuckDBPyConnection, path: Path, form: GeoJsonFormat) -> Opened:
    """Features in their order."""
    try:
        features = [feature for document in documents(path) for feature in document["features"]]
        header = sorted({key for feature in features for key in (feature.get("properties") or {})} - {"geometry"})
        cells = [
            [
                (moment_cell if key in form.milliseconds else json_cell)((feature.get("properties") or {}).get(key))
                for key in header
            ]
            + [from_geojson(feature.get("geometry"))]
            for feature in features
        ]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, shapely.errors.ShapelyError) as error:
        raise DeliveryError("this is not a GeoJSON FeatureCollection", "Ask for it again.", f"{error}"[:120]) from None
    return hold(con, [*header, "geometry"], cells)
