"""Boundaries as every reader of them gives them: two dimensions, WGS 84, WKT, and which kind of geometry it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import duckdb
import numpy as np
import pyproj
import shapely

from sga_pipeline.conform.readers.in_memory import Row, load_rows
from sga_pipeline.conform.readers.opened import Opened
from sga_pipeline.errors import DeliveryError

# What a boundary file adds to its own columns. `geometry_type` distinguishes points from polygons, for `where`.
COLUMNS = ("geometry", "geometry_type")
# About a centimetre; finer digits are noise of the arithmetic.
_DECIMALS = 7

_NAME_OR_WKT = re.compile(r"(EPSG|OGC|ESRI|urn:ogc:def:crs):|[A-Z_]+\[")
_LONGEST = 20_000

Move = Callable[[shapely.Geometry], shapely.Geometry]


def load_boundaries(
    con: duckdb.DuckDBPyConnection,
    header: Sequence[str],
    rows: Sequence[Row],
    shapes: Sequence[shapely.Geometry | None],
    move: Move,
) -> Opened:
    """Rows and their boundaries as one table. A field that has the name of ours gives way to it."""
    kept = [at for at, name in enumerate(header) if name not in COLUMNS]
    cells = [[*(row[at] for at in kept), *_placed(shape, move)] for row, shape in zip(rows, shapes, strict=True)]
    return load_rows(con, [*(header[at] for at in kept), *COLUMNS], cells)


def _placed(shape: Any, move: Move) -> tuple[str | None, str | None]:
    if shape is None or shape.is_empty:
        return None, None
    flat: Any = move(shapely.force_2d(shape))
    if not np.isfinite(shapely.get_coordinates(flat)).all():
        raise DeliveryError("a boundary lies nowhere on Earth", "Check its reference system.", str(shape)[:80])
    west, south, east, north = flat.bounds
    if west < -540 or east > 540 or south < -90.01 or north > 90.01:
        raise DeliveryError(
            "a boundary lies nowhere on Earth",
            "Its reference system is not the one it names; ask for it.",
            f"{west:.0f} {south:.0f}",
        )
    return shapely.to_wkt(flat, rounding_precision=_DECIMALS, trim=True), flat.geom_type


def stay(shape: shapely.Geometry) -> shapely.Geometry:
    """For boundaries in WGS 84 already."""
    return shape


def from_system(named: str) -> Move:
    """Moves boundaries of a reference system (a code, a name, or the text of a .prj) to WGS 84."""
    try:
        # Definitions in other languages can name files of this machine.
        if not _NAME_OR_WKT.match(named) or len(named) > _LONGEST:
            raise pyproj.exceptions.CRSError(named)
        system = pyproj.CRS.from_user_input(named)
    except pyproj.exceptions.CRSError:
        raise DeliveryError(
            "the reference system of the boundaries is not known", "Ask for them in WGS 84.", named[:80]
        ) from None
    # Longitude first, whatever the system's own order: files write it so.
    change = pyproj.Transformer.from_crs(system, "EPSG:4326", always_xy=True)
    if system.is_geographic and change.description == "noop":
        return stay

    def move(shape: shapely.Geometry) -> shapely.Geometry:
        def places(at: np.ndarray) -> np.ndarray:
            return np.column_stack(change.transform(at[:, 0], at[:, 1]))

        return shapely.transform(shape, places)

    return move
