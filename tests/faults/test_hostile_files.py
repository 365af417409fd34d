"""Damaged and hostile files, opened in a process of little memory: each is refused in a sentence, none ends the process."""

from __future__ import annotations

import io
import json
import resource
import sqlite3
import struct
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from tests.readers.samples import ODS, XLS

MEMORY = 4_000_000_000
SECONDS_EACH = 60

Case = tuple[str, bytes, dict[str, Any]]
BOOK: dict[str, Any] = {"kind": "workbook", "sheet": 1}
PACKED: dict[str, Any] = {"kind": "csv", "compression": "zip"}
KML: dict[str, Any] = {"kind": "kml"}
SHAPE: dict[str, Any] = {"kind": "shapefile"}
LAYER: dict[str, Any] = {"kind": "geopackage", "layer": "areas"}

# Opens each file in turn and says what came of it; whatever is no DeliveryError ends it.
DRIVER = """
import json, resource, sys, time
from pathlib import Path
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[2]), int(sys.argv[2])))
from sga_pipeline.errors import DeliveryError
from tests.readers.opening import opened
for line in Path(sys.argv[1]).read_text().splitlines():
    name, file, form = json.loads(line)
    began = time.monotonic()
    try:
        header, rows = opened(Path(file), **form)
        said = f"OPENED {header} {len(rows)}"
    except DeliveryError as error:
        said = str(error)
    print(json.dumps([name, said, time.monotonic() - began]), flush=True)
"""


def archive(*members: tuple[str | zipfile.ZipInfo, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as made:
        for name, content in members:
            made.writestr(name, content, how)
    return out.getvalue()


def named(name: str, **also: int) -> zipfile.ZipInfo:
    found = zipfile.ZipInfo("x")
    # As a hostile writer would, past what zipfile corrects.
    found.filename = name
    for key, value in also.items():
        setattr(found, key, value)
    return found


ROWS = b"a,b\n1,2\n"


def zips() -> Iterator[Case]:
    for name in (
        "../rows.csv",
        "a/../../rows.csv",
        "/etc/rows.csv",
        "C:/rows.csv",
        "..\\rows.csv",
        "a\\b.csv",
        "\\\\host\\rows.csv",
    ):
        yield f"zip slip {name}", archive((named(name), ROWS)), PACKED
        yield (
            f"zip slip beside {name}",
            archive(("rows.csv", ROWS), (named(name), ROWS)),
            {**PACKED, "member": "rows.csv"},
        )
    yield "link", archive((named("rows.csv", external_attr=0o120777 << 16), b"/etc/passwd")), PACKED
    yield "name twice", archive(("rows.csv", ROWS), (named("rows.csv"), b"a,b\n9,9\n")), PACKED
    yield "name twice but for case", archive(("rows.csv", ROWS), ("ROWS.csv", ROWS)), {**PACKED, "member": "rows.csv"}
    locked = bytearray(archive(("rows.csv", ROWS)))
    for sign, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[locked.index(sign) + place] |= 1
    yield "password", bytes(locked), PACKED
    yield "bzip2 within", archive(("rows.csv", ROWS), how=zipfile.ZIP_BZIP2), PACKED
    yield "lzma within", archive(("rows.csv", ROWS), how=zipfile.ZIP_LZMA), PACKED
    yield "archive in archive", archive(("rows.csv", archive(("rows.csv", ROWS)))), PACKED
    yield "empty archive", archive(), PACKED
    yield "only folders", archive(("a/", b"")), PACKED
    yield "too many files", archive(*((f"{n}.csv", b"") for n in range(2500)), how=zipfile.ZIP_STORED), PACKED
    yield "bomb", archive(("rows.csv", b"a,b\n" + b"1,2\n" * 52_000_000)), PACKED
    yield "bomb of many", archive(*((f"{n}.csv", bytes(21_000_000)) for n in range(10))), {**PACKED, "member": "0.csv"}
    honest = archive(("rows.csv", b"a,b\n" + b"1,2\n" * 10_000_000))
    lying = bytearray(honest)
    for sign, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", lying, lying.index(sign) + place, 8)
    yield "bomb that says it is small", bytes(lying), PACKED
    whole = archive(("rows.csv", b"a,b\n" + b"".join(b"%d,%d\n" % (n, n * n) for n in range(2000))))
    for share in range(1, 10):
        yield f"zip cut at {share}", whole[: len(whole) * share // 10], PACKED
    yield "not a zip", ROWS, PACKED


def book(**parts: bytes) -> bytes:
    """A workbook of one sheet, with some of its parts exchanged."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as made:
        sheet = made.add_worksheet("A")
        sheet.write_row(0, 0, ["a", "b"])
        for row in range(1, 200):
            sheet.write_row(row, 0, [f"text {row}", row])
    with zipfile.ZipFile(out) as packed:
        members = [(one.filename, packed.read(one)) for one in packed.infolist()]
    exchanged = {"sheet": "xl/worksheets/sheet1.xml", "strings": "xl/sharedStrings.xml", "book": "xl/workbook.xml"}
    new = {exchanged[key]: value for key, value in parts.items()}
    return archive(*((name, new.get(name, content)) for name, content in members))


def sheet_xml(rows: bytes, head: bytes = b"") -> bytes:
    return (
        b'<?xml version="1.0"?>' + head + b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        + rows + b"</sheetData></worksheet>"
    )  # fmt: skip


CORNERS = b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
LAUGHS = b'<!DOCTYPE l [<!ENTITY a "ha">' + b"".join(
    b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9)
) + b"]>"  # fmt: skip
OUTSIDE = b'<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


def books() -> Iterator[Case]:
    yield "corners of a sheet", book(sheet=sheet_xml(CORNERS)), BOOK
    yield (
        "corner by a character reference",
        book(sheet=sheet_xml(CORNERS.replace(b"XFD1048576", b"XFD&#49;048576"))),
        BOOK,
    )
    yield "sheet bomb", book(sheet=sheet_xml(b" " * 210_000_000)), BOOK
    yield "strings bomb", book(strings=b"<sst><si><t>" + b"A" * 210_000_000 + b"</t></si></sst>"), BOOK
    many = b"<row>" + b"<c><v>1</v></c>" * 1_000_000 + b"</row>"
    yield "many columns in little", book(sheet=sheet_xml(many)), BOOK
    yield "many empty cells", book(sheet=sheet_xml(CORNERS.replace(b"1048576", b"4000").replace(b"XFD", b"DDD"))), BOOK
    for where in ("sheet", "strings", "book"):
        for name, head in (("laughs", LAUGHS), ("outside", OUTSIDE), ("type", b"<!DOCTYPE l>")):
            yield f"{name} in the {where}", book(**{where: sheet_xml(b"<row><c><v>&b;</v></c></row>", head)}), BOOK
    yield "type in UTF-16", book(sheet=sheet_xml(b"", LAUGHS).decode().encode("utf-16")), BOOK
    yield "deep nesting", book(sheet=sheet_xml(b"<row>" * 500_000)), BOOK
    yield "no sheet within", book(sheet=b""), BOOK
    yield "no book", archive(("xl/other.xml", b"<x/>")), BOOK
    yield "book of nothing", archive(("xl/workbook.xml", b"")), BOOK
    whole = book()
    for share in range(1, 10):
        yield f"XLSX cut at {share}", whole[: len(whole) * share // 10], BOOK
    yield "a text as workbook", b"a,b\n1,2\n", BOOK
    yield "a PDF as workbook", b"%PDF-1.7", BOOK
    yield "OLE of nothing", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), BOOK
    yield "OLE of noise", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(range(256)) * 20, BOOK
    for size in (9, 100, 600, 1024, 2048):
        yield f"XLS cut at {size}", XLS[:size], BOOK
    with zipfile.ZipFile(io.BytesIO(ODS)) as packed:
        parts = {one.filename: packed.read(one) for one in packed.infolist()}
    cell = b'<table:table-cell office:value-type="float" office:value="1" table:number-columns-repeated="2000000000"/>'
    row = b'<table:table-row table:number-rows-repeated="2000000000">'
    content = parts["content.xml"]
    start = content.index(b"<table:table-row")
    for name, more in (
        ("wide", b"<table:table-row>" + cell + b"</table:table-row>"), ("long", row + cell.replace(b"2000000000", b"100") + b"</table:table-row>"),
    ):  # fmt: skip
        changed = content[:start] + more + content[start:]
        yield f"ODS repeated {name}", archive(*{**parts, "content.xml": changed}.items()), BOOK
    for name, head in (("laughs", LAUGHS), ("outside", OUTSIDE)):
        begin = content.index(b"<office:document-content")
        yield f"ODS {name}", archive(*{**parts, "content.xml": content[:begin] + head + content[begin:]}.items()), BOOK


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
        ("empty", b""), ("words", b"a,b c,d e,f a,b"), ("one number", b"1 2 3"), ("two places", b"0,0 1,1"), ("not a number", b"0,0 0,nan 1,1 0,0"),
        ("endless", b"0,0 0,inf 1,1 0,0"), ("beyond", b"0,0 0,1e300 1,1 0,0"), ("metres", b"500000,10000 500000,20000 600000,20000 500000,10000"),
        ("commas", b"0,,0 0,1 1,1 0,0"),
    ):  # fmt: skip
        yield f"KML places {name}", placed(places), KML
    whole = placed(good)
    for share in range(1, 10):
        yield f"KML cut at {share}", whole[: len(whole) * share // 10], KML


def shp(record: bytes, length: int | None = None) -> bytes:
    body = struct.pack(">2I", 1, len(record) // 2 if length is None else length) + record
    return struct.pack(">I20xI", 9994, 50 + len(body) // 2) + bytes(72) + body


def dbf(number: int = 1, head: int = 65, length: int = 3, width: int = 2, cell: bytes = b" 01") -> bytes:
    return (
        struct.pack("<4BIHH20x", 3, 120, 1, 1, number, head, length)
        + struct.pack("<11sc4xBB14x", b"CODE", b"C", width, 0)
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
    yield "SHP of nothing", shape_zip(b"\x00" * 100), SHAPE
    yield "SHP short", shape_zip(b"\x00" * 10), SHAPE
    yield "DBF of many", shape_zip(table=dbf(number=0xFFFFFFFF)), SHAPE
    yield "DBF of two", shape_zip(table=dbf(number=2, cell=b" 01 02")), SHAPE
    yield "DBF widths", shape_zip(table=dbf(width=200)), SHAPE
    yield "DBF no length", shape_zip(table=dbf(length=0)), SHAPE
    yield "DBF head beyond", shape_zip(table=dbf(head=60000)), SHAPE
    yield "DBF short", shape_zip(table=b"\x03"), SHAPE
    for name, system in (
        ("nothing", b"x"), ("words", b"somewhere"), ("a path", b"+proj=longlat +nadgrids=/etc/passwd"), ("half", PRJ[:90]), ("long", PRJ[:-1] + b"," * 100_000 + b"]"),
    ):  # fmt: skip
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
        ("short", b"GP"), ("no head", b"XX\x00\x01" + bytes(30)), ("envelope", b"GP\x00\x0f" + bytes(60)), ("noise", b"GP\x00\x01" + bytes(range(60))),
        ("nothing after", b"GP\x00\x01\xe6\x10\x00\x00"), ("many rings", b"GP\x00\x01\xe6\x10\x00\x00\x01\x03\x00\x00\x00\xff\xff\xff\xff"),
        ("own kind", b"GP\x00\x21" + bytes(60)),
    ):  # fmt: skip
        yield f"GPKG {name}", geopackage(folder, blob=blob), LAYER
    yield "GPKG endless view", geopackage(folder, "drop table areas;", f"create view areas as {ENDLESS};"), LAYER
    endless = "create view gpkg_geometry_columns as with recursive n(i) as (select 1 union all select i + 1 from n) "
    yield "GPKG endless layers", geopackage(
        folder, "drop table gpkg_geometry_columns;", endless + "select 'a' || i as table_name, 'g' as column_name, i as srs_id from n;"
    ), LAYER  # fmt: skip
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


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_each_is_refused_inside_the_limits(tmp_path: Path) -> None:
    cases = [*zips(), *books(), *marks(), *shapes(), *packages(tmp_path)]
    assert len(cases) >= 140
    assert len({name for name, _, _ in cases}) == len(cases)
    said = opened_apart(tmp_path, cases)
    assert [name for name, _, _ in cases] == list(said)
    assert {name: text for name, (text, _) in said.items() if text.startswith("OPENED")} == {}
    assert {name: took for name, (_, took) in said.items() if took > SECONDS_EACH} == {}


def test_what_the_hostile_ones_are_made_from_opens(tmp_path: Path) -> None:
    """So the refusals above are not those of files that could never be read."""
    place = b"GP\x00\x01\xe6\x10\x00\x00\x01\x01\x00\x00\x00" + struct.pack("<2d", 1, 2)
    cases: list[Case] = [
        ("zip", archive(("rows.csv", ROWS)), PACKED), ("book", book(), BOOK), ("xls", XLS, {**BOOK, "sheet": 2}), ("ods", ODS, {**BOOK, "sheet": 2}),
        ("kml", placed(b"0,0 0,1 1,1 0,0"), KML), ("shape", shape_zip(), SHAPE), ("layer", geopackage(tmp_path, blob=place), LAYER),
        ("sheet", book(sheet=sheet_xml(b'<row r="1"><c r="A1"><v>1</v></c></row>')), BOOK),
    ]  # fmt: skip
    said = opened_apart(tmp_path, cases)
    assert {name for name, (text, _) in said.items() if text.startswith("OPENED")} == {name for name, _, _ in cases}


@pytest.mark.parametrize("seed", range(2))
def test_noise_ends_no_process(tmp_path: Path, seed: int) -> None:
    """A changed byte in XLS, KML, or GeoPackage may change a value; it is opened or refused, and nothing else."""
    whole: list[tuple[bytes, dict[str, Any]]] = [
        (XLS, {**BOOK, "sheet": 2}), (book(), BOOK), (placed(b"0,0 0,1 1,1 0,0"), KML), (geopackage(tmp_path), LAYER),
    ]  # fmt: skip
    cases: list[Case] = []
    for number, (content, form) in enumerate(whole):
        for turn in range(10):
            place = (seed * 7919 + turn * 104_729 + number * 31) % len(content)
            cases.append(
                (
                    f"{number} at {place}",
                    content[:place] + bytes([content[place] ^ (1 << turn % 8)]) + content[place + 1 :],
                    form,
                )
            )
    assert len(opened_apart(tmp_path, cases)) == len({name for name, _, _ in cases})


def opened_apart(folder: Path, cases: list[Case]) -> dict[str, tuple[str, float]]:
    """What was said of each, and how long it took, by a process that may use no more than the memory it is given."""
    lines = []
    for number, (name, content, form) in enumerate(cases):
        file = folder / f"case {number}"
        file.write_bytes(content)
        lines.append(json.dumps([name, str(file), form]))
    (folder / "cases").write_text("\n".join(lines), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", DRIVER, str(folder / "cases"), str(MEMORY)], capture_output=True, text=True, check=False,
        cwd=Path(__file__).resolve().parents[2],
    )  # fmt: skip
    assert done.returncode == 0, (done.stdout.splitlines()[-1:], done.stderr[-2000:])
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    assert peak < MEMORY
    return {name: (said, took) for name, said, took in map(json.loads, done.stdout.splitlines())}
