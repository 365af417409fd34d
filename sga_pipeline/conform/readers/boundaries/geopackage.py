"""A layer of a GeoPackage as a table: a file of SQLite, opened to be read and nothing else."""

from __future__ import annotations

import sqlite3
import struct
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import duckdb
import shapely

from sga_pipeline.conform.readers.boundaries.outlines import Move, from_system, load_boundaries
from sga_pipeline.conform.readers.in_memory import refuse_large
from sga_pipeline.conform.readers.opened import Opened
from sga_pipeline.contracts.formats import GeoPackageFormat
from sga_pipeline.errors import DeliveryError

# Bytes of the envelope that may be between a geometry's head and its WKB, by the code in its flags.
_ENVELOPES = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}
_MAX_STEPS = 600
_STEP = 100_000


def open_geopackage(con: duckdb.DuckDBPyConnection, path: Path, form: GeoPackageFormat) -> Opened:
    """Features in the order of their rows."""
    refuse_large(path)
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path.resolve()))}?mode=ro&immutable=1", uri=True)) as db:
            _restrain(db)
            return _layer(con, db, form.layer)
    except (sqlite3.Error, struct.error, OverflowError, UnicodeDecodeError, shapely.errors.ShapelyError) as error:
        raise DeliveryError(
            "this is not a GeoPackage, or it is damaged", "Ask for it again.", f"{error}"[:120]
        ) from None


def _restrain(db: sqlite3.Connection) -> None:
    """The file may hold views and triggers of its maker's: none is trusted, and nothing runs without end."""
    db.execute("pragma trusted_schema = off")
    db.execute("pragma cell_size_check = on")
    db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 100_000_000)
    left = iter(range(_MAX_STEPS))
    db.set_progress_handler(lambda: next(left, None) is None, _STEP)


def _layer(con: duckdb.DuckDBPyConnection, db: sqlite3.Connection, layer: str) -> Opened:
    for one in ("gpkg_geometry_columns", "gpkg_spatial_ref_sys"):
        _must_be_table(db, one)
    known = db.execute("select table_name, column_name, srs_id from gpkg_geometry_columns order by 1").fetchall()
    found = [(column, system) for name, column, system in known if name == layer]
    if not found:
        there = ", ".join(name for name, _, _ in known) or "none"
        raise DeliveryError(f"the GeoPackage has no layer [{layer}]", f"It has {there}. Correct format.layer.", layer)
    geometry, system = found[0]
    _must_be_table(db, layer)
    columns = [row[1] for row in db.execute(f"pragma table_info({_quoted(layer)})")]
    if geometry not in columns:
        raise DeliveryError("the layer lacks its boundaries", "Ask for it again.", geometry)
    fields = [name for name in columns if name != geometry]
    listed = ", ".join(_quoted(name) for name in [*fields, geometry])
    records = db.execute(f"select {listed} from {_quoted(layer)} order by rowid").fetchall()
    rows = [[_cell(value) for value in record[:-1]] for record in records]
    return load_boundaries(con, fields, rows, [_shape(record[-1]) for record in records], _move(db, system))


def _must_be_table(db: sqlite3.Connection, name: str) -> None:
    """A view could be anything, and of any length."""
    if db.execute("select type from sqlite_master where name = ?", [name]).fetchall() != [("table",)]:
        raise DeliveryError("this is not a plain GeoPackage: a table is missing", "Ask for it again.", name)


def _move(db: sqlite3.Connection, system: int) -> Move:
    rows = db.execute(
        "select organization, organization_coordsys_id, definition from gpkg_spatial_ref_sys where srs_id = ?", [system]
    ).fetchall()
    if not rows or rows[0][1] in (0, -1):
        raise DeliveryError(
            "the reference system of the boundaries is not known", "Ask for them in WGS 84.", str(system)
        )
    organization, code, definition = rows[0]
    return from_system(f"EPSG:{code}" if str(organization).upper() == "EPSG" else str(definition))


def _shape(blob: object) -> shapely.Geometry | None:
    if blob is None:
        return None
    if not isinstance(blob, bytes) or blob[:2] != b"GP" or len(blob) < 8:
        raise struct.error("a boundary is not written as a GeoPackage writes it")
    flags = blob[3]
    if flags & 0x20 or (flags >> 1 & 7) not in _ENVELOPES:
        raise struct.error("a boundary is written in a way of its own")
    return shapely.from_wkb(blob[8 + _ENVELOPES[flags >> 1 & 7] :])


def _cell(value: object) -> str | None:
    if value is None or isinstance(value, bytes):
        return None
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
