"""GeoJSON features as a table: properties are columns, and the boundary is WKT under `geometry`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import shapely
from shapely.geometry import shape as geometry_of

from sga_pipeline.conform.readers.boundaries.outlines import Move, from_system, load_boundaries, stay
from sga_pipeline.conform.readers.in_memory import json_cell
from sga_pipeline.conform.readers.json_documents import documents
from sga_pipeline.conform.readers.opened import Opened
from sga_pipeline.conform.readers.unix_milliseconds import moment_cell
from sga_pipeline.contracts.formats import GeoJsonFormat
from sga_pipeline.errors import DeliveryError

# What GeoJSON is in where it says nothing, and how files say the same.
_WGS84 = {
    "urn:ogc:def:crs:OGC:1.3:CRS84",
    "urn:ogc:def:crs:OGC::CRS84",
    "OGC:CRS84",
    "EPSG:4326",
    "urn:ogc:def:crs:EPSG::4326",
}


def open_geojson(con: duckdb.DuckDBPyConnection, path: Path, form: GeoJsonFormat) -> Opened:
    """Features in their order."""
    try:
        read = list(documents(path))
        features = [feature for document in read for feature in document["features"]]
        header = sorted({key for feature in features for key in (feature.get("properties") or {})})
        read_cell = {key: moment_cell if key in form.milliseconds else json_cell for key in header}
        cells = [[read_cell[key]((feature.get("properties") or {}).get(key)) for key in header] for feature in features]
        shapes = [geometry_of(one) if (one := feature.get("geometry")) else None for feature in features]
        systems = {_system(document) for document in read}
    except (
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        IndexError,
        RecursionError,
        shapely.errors.ShapelyError,
    ) as error:
        raise DeliveryError("this is not a GeoJSON FeatureCollection", "Ask for it again.", f"{error}"[:120]) from None
    if len(systems) > 1:
        raise DeliveryError("its pages have several reference systems", "Ask for it in WGS 84.", str(sorted(systems)))
    return load_boundaries(con, header, cells, shapes, _move(systems))


def _system(document: dict[str, Any]) -> str:
    """The name in the member `crs`, which older files have; WGS 84 where there is none."""
    declared = document.get("crs")
    return "EPSG:4326" if declared is None else str(declared["properties"]["name"])


def _move(systems: set[str]) -> Move:
    [named] = systems or {"EPSG:4326"}
    return stay if named in _WGS84 else from_system(named)
