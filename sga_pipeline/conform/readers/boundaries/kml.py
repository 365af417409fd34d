"""KML placemarks as a table: their data are columns beside name and description, their boundary is WKT."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import duckdb
import shapely

from sga_pipeline.conform.readers.boundaries.outlines import load_boundaries, stay
from sga_pipeline.conform.readers.in_memory import refuse_large
from sga_pipeline.conform.readers.opened import Opened
from sga_pipeline.conform.readers.safe_xml import elements
from sga_pipeline.errors import DeliveryError

_SHAPES = ("Point", "LineString", "LinearRing", "Polygon", "MultiGeometry")
_OF_ONE_KIND: dict[str, Any] = {
    "Point": shapely.MultiPoint,
    "LineString": shapely.MultiLineString,
    "Polygon": shapely.MultiPolygon,
}


def open_kml(con: duckdb.DuckDBPyConnection, path: Path) -> Opened:
    """Placemarks in their order. KML knows one reference system, WGS 84; heights are left out."""
    refuse_large(path)
    rows: list[dict[str, str | None]] = []
    shapes: list[shapely.Geometry | None] = []
    for mark in elements(path, frozenset({"Placemark"})):
        rows.append(_facts(mark))
        shapes.append(_shape_of(mark))
    if not rows:
        raise DeliveryError("this is KML without a placemark, or no KML", "Ask for it again.", path.name)
    header = list(dict.fromkeys(name for row in rows for name in row))
    return load_boundaries(con, header, [[row.get(name) for name in header] for row in rows], shapes, stay)


def _facts(mark: Element) -> dict[str, str | None]:
    facts = {"name": _text(mark.find("name")), "description": _text(mark.find("description"))}
    for one in mark.iterfind("ExtendedData/Data"):
        facts[_named(one)] = _text(one.find("value"))
    for one in mark.iterfind("ExtendedData/SchemaData/SimpleData"):
        facts[_named(one)] = _text(one)
    return facts


def _named(one: Element) -> str:
    name = one.get("name")
    if not name:
        raise DeliveryError("a placemark has data without a name", "Ask for it again.", one.tag)
    return name


def _text(one: Element | None) -> str | None:
    return None if one is None else (one.text or "").strip() or None


def _shape_of(mark: Element) -> shapely.Geometry | None:
    found = [_shape(one) for one in mark if one.tag in _SHAPES]
    if len(found) > 1:
        raise DeliveryError("a placemark has two boundaries", "Ask for it again.", _text(mark.find("name")) or "")
    return found[0] if found else None


def _shape(one: Element) -> shapely.Geometry:
    try:
        if one.tag == "MultiGeometry":
            return _together([_shape(part) for part in one if part.tag in _SHAPES])
        if one.tag == "Polygon":
            outer = _places(one.find("outerBoundaryIs/LinearRing"))
            return shapely.Polygon(outer, [_places(ring) for ring in one.iterfind("innerBoundaryIs/LinearRing")])
        return shapely.Point(_places(one)[0]) if one.tag == "Point" else shapely.LineString(_places(one))
    except (ValueError, IndexError, shapely.errors.ShapelyError) as error:
        raise DeliveryError("a boundary of the KML cannot be read", "Ask for it again.", f"{error}"[:120]) from None


def _together(parts: list[Any]) -> shapely.Geometry:
    """Parts of one kind as one boundary of many parts; of several kinds, or nested, as a collection."""
    flat = [piece for part in parts for piece in (part.geoms if part.geom_type.startswith("Multi") else [part])]
    kinds = {part.geom_type for part in flat}
    many = _OF_ONE_KIND.get(next(iter(kinds))) if len(kinds) == 1 else None
    return many(flat) if many else shapely.GeometryCollection(parts)


def _places(one: Element | None) -> list[tuple[float, float]]:
    text = None if one is None else one.findtext("coordinates")
    if not text or not text.strip():
        raise ValueError("there are no coordinates")
    return [(float(first), float(second)) for first, second, *_ in (place.split(",") for place in text.split())]
