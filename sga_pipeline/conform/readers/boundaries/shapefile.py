"""A Shapefile in a ZIP as a table: boundaries of the .shp, fields of the .dbf, moved from the system of the .prj to WGS 84."""

from __future__ import annotations

import codecs
import struct
from collections.abc import Iterator
from fnmatch import fnmatchcase
from itertools import pairwise
from pathlib import Path

import duckdb
import numpy as np
import shapely

from sga_pipeline.conform.readers import zip_archive
from sga_pipeline.conform.readers.boundaries.dbase import read_table
from sga_pipeline.conform.readers.boundaries.outlines import from_system, load_boundaries
from sga_pipeline.conform.readers.in_memory import MAX_BYTES
from sga_pipeline.conform.readers.opened import Opened
from sga_pipeline.contracts.formats import ShapefileFormat
from sga_pipeline.errors import DeliveryError

_POINT, _LINE, _POLYGON, _POINTS = 1, 3, 5, 8


def open_shapefile(con: duckdb.DuckDBPyConnection, path: Path, form: ShapefileFormat) -> Opened:
    """Records in their order; those struck out of the table are left out with their boundary."""
    parts = _parts(path, form.layer)
    for ending, why in ((".dbf", "fields"), (".prj", "reference system")):
        if ending not in parts:
            raise DeliveryError(f"the Shapefile lacks its {why}", f"Ask for its {ending} as well.", path.name)
    encoding = _encoding(parts.get(".cpg"), form)
    try:
        shapes = list(_shapes(parts[".shp"]))
        table = read_table(parts[".dbf"], encoding)
    except (struct.error, ValueError, IndexError, shapely.errors.ShapelyError) as error:
        raise DeliveryError(
            "this is not a Shapefile, or it is damaged", "Ask for it again.", f"{error}"[:120]
        ) from None
    if len(shapes) != len(table.records):
        raise DeliveryError(
            f"the Shapefile has {len(shapes)} boundaries and {len(table.records)} records",
            "Ask for it again.",
            path.name,
        )
    kept = [(row, shape) for row, shape in zip(table.records, shapes, strict=True) if row is not None]
    move = from_system(parts[".prj"].decode("utf-8-sig", "replace").strip())
    return load_boundaries(con, table.header, [row for row, _ in kept], [shape for _, shape in kept], move)


def _parts(path: Path, layer: str) -> dict[str, bytes]:
    """The files of the one layer, by their ending in small letters."""
    with zip_archive.opened(path) as packed:
        pattern = layer if layer.lower().endswith(".shp") else f"{layer}.shp"
        names = [one.filename for one in zip_archive.files(packed)]
        main = [one for one in names if one.lower().endswith(".shp") and _is_named(one, pattern)]
        if len(main) != 1:
            there = ", ".join(one for one in names if one.lower().endswith(".shp")) or "none"
            raise DeliveryError(
                "the ZIP has no such layer" if not main else "several layers of the ZIP match",
                f"It has {there}. Name one under format.layer.",
                layer,
            )
        stem = main[0][:-4].casefold()
        found = {}
        for one in zip_archive.files(packed):
            base, dot, ending = one.filename.rpartition(".")
            if base.casefold() == stem and dot:
                if one.file_size > MAX_BYTES:
                    raise DeliveryError(
                        "the file is too large to be read at once", "Ask for it in parts.", one.filename
                    )
                found[f".{ending.lower()}"] = packed.read(one)
        return found


def _is_named(name: str, pattern: str) -> bool:
    return fnmatchcase(name.lower(), pattern.lower()) or fnmatchcase(name.rpartition("/")[2].lower(), pattern.lower())


def _encoding(declared: bytes | None, form: ShapefileFormat) -> str | None:
    if declared is None or form.encoding is not None:
        return form.encoding
    name = declared.decode("ascii", "replace").strip()
    for one in (name, f"cp{name.removeprefix('ANSI').strip()}"):
        try:
            return codecs.lookup(one).name
        except LookupError:
            continue
    raise DeliveryError("the .cpg names an unknown encoding", "Ask for a plain Shapefile.", name[:40])


def _shapes(data: bytes) -> Iterator[shapely.Geometry | None]:
    if struct.unpack_from(">I", data)[0] != 9994:
        raise struct.error("the .shp does not begin as one")
    at, end = 100, struct.unpack_from(">I", data, 24)[0] * 2
    if end > len(data):
        raise struct.error("the .shp is cut short")
    while at < end:
        size = struct.unpack_from(">I", data, at + 4)[0] * 2
        if at + 8 + size > end:
            raise struct.error("a record is cut short")
        yield _shape(data[at + 8 : at + 8 + size])
        at += 8 + size


def _shape(record: bytes) -> shapely.Geometry | None:
    # Kinds with heights and measures are the plain ones, ten and twenty on; both come after what is read here.
    kind = struct.unpack_from("<I", record)[0]
    if kind == 0:
        return None
    kind = kind - 10 if 10 < kind < 20 else kind - 20 if 20 < kind < 30 else kind
    if kind == _POINT:
        return shapely.Point(struct.unpack_from("<2d", record, 4))
    if kind == _POINTS:
        return shapely.MultiPoint(_places(record, 40, struct.unpack_from("<I", record, 36)[0]))
    if kind not in {_LINE, _POLYGON}:
        raise struct.error(f"kind {kind} of shapes is not read")
    parts, points = struct.unpack_from("<2I", record, 36)
    if 44 + parts * 4 + points * 16 > len(record):
        raise struct.error("a boundary is cut short")
    starts = [*struct.unpack_from(f"<{parts}I", record, 44), points]
    places = _places(record, 44 + parts * 4, points)
    if starts[0] != 0 or any(first > last for first, last in pairwise(starts)):
        raise struct.error("the parts of a boundary are in disorder")
    lines = [places[first:last] for first, last in pairwise(starts) if last > first]
    if kind == _LINE:
        return shapely.MultiLineString(lines) if len(lines) > 1 else shapely.LineString(lines[0])
    return _polygon([shapely.LinearRing(line) for line in lines])


def _places(record: bytes, at: int, number: int) -> np.ndarray:
    if at + number * 16 > len(record):
        raise struct.error("a boundary is cut short")
    return np.frombuffer(record, dtype="<f8", count=number * 2, offset=at).reshape(number, 2)


def _polygon(rings: list[shapely.LinearRing]) -> shapely.Geometry:
    """Rings that run with the clock are outer ones; each other is a hole of the smallest outer ring around it."""
    outer = [shapely.Polygon(ring) for ring in rings if not ring.is_ccw]
    holes = [ring for ring in rings if ring.is_ccw]
    if not outer:
        # Written the wrong way round: a ring inside no other is no hole.
        outer, holes = [shapely.Polygon(ring) for ring in rings], []
    inside: list[list[shapely.LinearRing]] = [[] for _ in outer]
    for hole in holes:
        around = [at for at, one in enumerate(outer) if len(outer) == 1 or one.covers(shapely.Polygon(hole))]
        if not around:
            raise ValueError("a hole lies in no outer ring")
        inside[min(around, key=lambda at: outer[at].area)].append(hole)
    found = [shapely.Polygon(one.exterior, inner) for one, inner in zip(outer, inside, strict=True)]
    return found[0] if len(found) == 1 else shapely.MultiPolygon(found)
