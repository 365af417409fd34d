"""Boundary files made to do harm, and what each is made from."""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Iterator
from pathlib import Path

from tests.faults.hostile_files import KML, LAUGHS, LAYER, OUTSIDE, SHAPE, Case, archive


def kml(body: bytes, head: bytes = b"") -> bytes:
    return (
        b'<?xml version="1.0"?>'
        + head
        + b'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
        + body
        + b"</Document></kml>"
    )


def placed(coordinates: bytes) -> bytes:
    ring = b"<LinearRing><coordinates>" + coordinates + b"</coordinates></LinearRing>"
    return kml(
        b"<Placemark><name>x</name><Polygon><outerBoundaryIs>" + ring + b"</outerBoundaryIs></Polygon></Placemark>"
    )


def marks() -> Iterator[Case]:
    for name, head in (
        ("laughs", LAUGHS),
        ("outside", OUTSIDE),
        ("type", b"<!DOCTYPE kml>"),
        ("far type", b"<!--" + b"x" * 90_000 + b"--><!DOCTYPE kml>"),
    ):
        yield f"KML {name}", kml(b"<Placemark><name>&b;</name></Placemark>", head), KML
    yield "KML deep", kml(b"<Folder>" * 100_000), KML
    yield "KML deep within", kml(b"<Placemark>" + b"<MultiGeometry>" * 5_000), KML
    yield "KML without placemarks", kml(b""), KML
    yield "KML in an unknown encoding", b'<?xml version="1.0" encoding="ebcdic-9"?><kml/>', KML
    yield "other XML", b"<?xml version='1.0'?><a/>", KML
    good = b"0,0 0,1 1,1 0,0"
    for name, places in (
        ("empty", b""),
        ("words", b"a,b c,d e,f a,b"),
        ("one number", b"1 2 3"),
        ("two places", b"0,0 1,1"),
        ("not a number", b"0,0 0,nan 1,1 0,0"),
        ("endless", b"0,0 0,inf 1,1 0,0"),
        ("beyond", b"0,0 0,1e300 1,1 0,0"),
        ("metres", b"500000,10000 500000,20000 600000,20000 500000,10000"),
        ("commas", b"0,,0 0,1 1,1 0,0"),
    ):
        yield f"KML places {name}", placed(places), KML
    whole = placed(good)
    for share in range(1, 10):
        yield f"KML cut at {share}", whole[: len(whole) * share // 10], KML


def shp(record: bytes, length: int | None = None) -> bytes:
    body = struct.pack(">2I", 1, len(record) // 2 if length is None else length) + record
    return struct.pack(">I20xI", 9994, 50 + len(body) // 2) + bytes(72) + body


def dbf(
    number: int = 1, head: int = 65, length: int = 3, width: int = 2, cell: bytes = b" 01", kind: bytes = b"C"
) -> bytes:
    return (
        struct.pack("<4BIHH20x", 3, 120, 1, 1, number, head, length)
        + struct.pack("<11sc4xBB14x", b"CODE", kind, width, 0)
        + b"\r"
        + cell
    )


PRJ = b'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'


SQUARE = struct.pack("<I4d2II", 5, 0, 0, 1, 1, 1, 5, 0) + struct.pack("<10d", 0, 0, 0, 1, 1, 1, 1, 0, 0, 0)


def shape_zip(main: bytes | None = None, table: bytes | None = None, system: bytes = PRJ) -> bytes:
    return archive(("a.shp", main or shp(SQUARE)), ("a.dbf", table or dbf()), ("a.prj", system))


def shapes() -> Iterator[Case]:
    patched = [
        ("parts", 36, 0xFFFFFFFF),
        ("points", 40, 0xFFFFFFFF),
        ("many points", 40, 6),
        ("start", 44, 3),
        ("kind", 0, 31),
        ("other kind", 0, 77),
    ]
    for name, place, value in patched:
        record = bytearray(SQUARE)
        struct.pack_into("<I", record, place, value)
        yield f"SHP {name}", shape_zip(shp(bytes(record))), SHAPE
    for name, place, number in (("nan", 48, float("nan")), ("endless", 56, float("inf")), ("beyond", 64, 1e300)):
        record = bytearray(SQUARE)
        struct.pack_into("<d", record, place, number)
        yield f"SHP {name}", shape_zip(shp(bytes(record))), SHAPE
    yield "SHP record too long", shape_zip(shp(SQUARE, 0x7FFFFFFF)), SHAPE
    yield "SHP record of nothing", shape_zip(shp(b"")), SHAPE
    # A length below zero leads a careless reader back to where it began, for ever.
    yield "SHP record of negative length", shape_zip(shp(SQUARE, 0xFFFFFFFC)), SHAPE
    yield "SHP of nothing", shape_zip(b"\x00" * 100), SHAPE
    yield "SHP short", shape_zip(b"\x00" * 10), SHAPE
    yield "DBF of many", shape_zip(table=dbf(number=0xFFFFFFFF)), SHAPE
    yield "DBF of two", shape_zip(table=dbf(number=2, cell=b" 01 02")), SHAPE
    yield "DBF widths", shape_zip(table=dbf(width=200)), SHAPE
    yield "DBF no length", shape_zip(table=dbf(length=0)), SHAPE
    yield "DBF head beyond", shape_zip(table=dbf(head=60000)), SHAPE
    yield "DBF short", shape_zip(table=b"\x03"), SHAPE
    for name, system in (
        ("nothing", b"x"),
        ("words", b"somewhere"),
        ("a path", b"+proj=longlat +nadgrids=/etc/passwd"),
        ("half", PRJ[:90]),
        ("long", PRJ[:-1] + b"," * 100_000 + b"]"),
    ):
        yield f"PRJ {name}", shape_zip(system=system), SHAPE
    yield "two layers", archive(*((f"{name}.{end}", b"") for name in "ab" for end in ("shp", "dbf", "prj"))), SHAPE


def geopackage(folder: Path, *more: str, blob: bytes = b"") -> bytes:
    file = folder / "made.gpkg"
    file.unlink(missing_ok=True)
    with sqlite3.connect(file) as db:
        db.executescript(
            "create table gpkg_geometry_columns (table_name, column_name, srs_id);"
            "create table gpkg_spatial_ref_sys (srs_id, organization, organization_coordsys_id, definition);"
            "insert into gpkg_geometry_columns values ('areas', 'geom', 4326);"
            "insert into gpkg_spatial_ref_sys values (4326, 'EPSG', 4326, '');"
            "create table areas (fid integer primary key, code, geom);"
        )
        db.execute("insert into areas values (1, '01', ?)", [blob or None])
        for one in more:
            db.executescript(one)
    db.close()
    return file.read_bytes()


ENDLESS = (
    "with recursive n(i) as (select 1 union all select i + 1 from n) select i as fid, i as code, null as geom from n"
)


def packages(folder: Path) -> Iterator[Case]:
    for name, blob in (
        ("short", b"GP"),
        ("no head", b"XX\x00\x01" + bytes(30)),
        ("envelope", b"GP\x00\x0f" + bytes(60)),
        ("noise", b"GP\x00\x01" + bytes(range(60))),
        ("nothing after", b"GP\x00\x01\xe6\x10\x00\x00"),
        ("many rings", b"GP\x00\x01\xe6\x10\x00\x00\x01\x03\x00\x00\x00\xff\xff\xff\xff"),
        ("own kind", b"GP\x00\x21" + bytes(60)),
    ):
        yield f"GPKG {name}", geopackage(folder, blob=blob), LAYER
    yield "GPKG endless view", geopackage(folder, "drop table areas;", f"create view areas as {ENDLESS};"), LAYER
    endless = "create view gpkg_geometry_columns as with recursive n(i) as (select 1 union all select i + 1 from n) "
    yield (
        "GPKG endless layers",
        geopackage(
            folder,
            "drop table gpkg_geometry_columns;",
            endless + "select 'a' || i as table_name, 'g' as column_name, i as srs_id from n;",
        ),
        LAYER,
    )
    yield "GPKG without layers", geopackage(folder, "drop table gpkg_geometry_columns;"), LAYER
    yield "GPKG other column", geopackage(folder, "update gpkg_geometry_columns set column_name = 'elsewhere';"), LAYER
    yield (
        "GPKG other system",
        geopackage(folder, "update gpkg_spatial_ref_sys set organization_coordsys_id = 999999;"),
        LAYER,
    )
    yield "GPKG all noise", b"SQLite format 3\x00" + bytes(range(256)) * 40, LAYER
    whole = geopackage(folder)
    for share in (1, 3, 5, 7):
        yield f"GPKG cut at {share}", whole[: len(whole) * share // 10], LAYER
