"""Archives and workbooks made to do harm, and what each is made from."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterator
from typing import Any

import xlsxwriter

from tests.readers.samples import ODS, XLS

Case = tuple[str, bytes, dict[str, Any]]


BOOK: dict[str, Any] = {"kind": "workbook", "sheet": 1}


PACKED: dict[str, Any] = {"kind": "csv", "compression": "zip"}


KML: dict[str, Any] = {"kind": "kml"}


SHAPE: dict[str, Any] = {"kind": "shapefile"}


LAYER: dict[str, Any] = {"kind": "geopackage", "layer": "areas"}


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
            f"zip slip next to {name}",
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
        b'<?xml version="1.0"?>'
        + head
        + b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        + rows
        + b"</sheetData></worksheet>"
    )


CORNERS = b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'


LAUGHS = (
    b'<!DOCTYPE l [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b"]>"
)


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
        ("wide", b"<table:table-row>" + cell + b"</table:table-row>"),
        ("long", row + cell.replace(b"2000000000", b"100") + b"</table:table-row>"),
    ):
        changed = content[:start] + more + content[start:]
        yield f"ODS repeated {name}", archive(*{**parts, "content.xml": changed}.items()), BOOK
    for name, head in (("laughs", LAUGHS), ("outside", OUTSIDE)):
        begin = content.index(b"<office:document-content")
        yield f"ODS {name}", archive(*{**parts, "content.xml": content[:begin] + head + content[begin:]}.items()), BOOK
