"""Finds what kind of file this is and opens it with the project's own reader, so that a drafted format is one that works."""

from __future__ import annotations

import json
import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import python_calamine

from sga_pipeline.conform.open_delivery import open_delivery
from sga_pipeline.conform.readers.in_memory import MAX_BYTES
from sga_pipeline.conform.readers.opened import Opened
from sga_pipeline.contracts.formats import (
    CsvFormat,
    Format,
    GeoJsonFormat,
    JsonFormat,
    KmlFormat,
    ParquetFormat,
    ShapefileFormat,
    WorkbookFormat,
)
from sga_pipeline.draft.dialect import dialect_of
from sga_pipeline.draft.headers import Header, footer_rows, header_of
from sga_pipeline.draft.scan import scan
from sga_pipeline.errors import DeliveryError


@dataclass(frozen=True)
class Found:
    """An opened file with its format, and why each argument is what it is; `notes` are for the person."""

    form: Format
    opened: Opened
    why: dict[str, str]
    notes: list[str] = field(default_factory=list)


def open_file(con: duckdb.DuckDBPyConnection, path: Path, scratch: Path) -> Found:
    """Open a file of any kind the project reads, or raise DeliveryError with what to do about it."""
    if not path.is_file():
        raise DeliveryError("there is no such file", "Correct the path.", path.name)
    with path.open("rb") as stream:
        head = stream.read(4096)
    plain = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not plain:
        raise DeliveryError("the file is empty", "Ask for it again.", path.name)
    if plain.startswith(b"<") and b"<kml" in plain:
        return _opened(con, path, KmlFormat(kind="kml"), {"kind": "placemarks of KML"}, scratch)
    for sign, what, step in _REFUSED:
        if plain.startswith(sign):
            raise DeliveryError(f"this is {what}, which cannot be drafted from", step, path.name)
    if head.startswith(b"PAR1"):
        return _opened(con, path, ParquetFormat(kind="parquet"), {"kind": "it begins as Parquet does"}, scratch)
    if head.startswith(b"PK"):
        return _zipped(con, path, scratch)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return _workbook(con, path, scratch)
    if plain[:1] in b"{[":
        return _objects(con, path, scratch)
    compression = "gzip" if head.startswith(b"\x1f\x8b") else "bz2" if head.startswith(b"BZh") else "none"
    looked = scan(path, compression)
    if looked.head.startswith(b"RDX") or (looked.head.startswith(b"X\n") and looked.nul):
        raise DeliveryError("this is a file of R, which cannot be drafted from", "Save it as CSV.", path.name)
    dialect = dialect_of(looked, path.name)
    notes = [f"line ends: {looked.line_end}"]
    try:
        return _opened(con, path, dialect.form, dialect.why, scratch, notes)
    except duckdb.Error as error:
        raise DeliveryError(
            "the text cannot be split into columns", "Look at its quotes and line ends.", type(error).__name__
        ) from None


_REFUSED = (
    (b"%pdf-", "a PDF", "Ask for the table behind it, as CSV or a workbook."),
    (b"<!doctype html", "a web page", "Open the address by hand and bring the file it offers."),
    (b"<html", "a web page", "Open the address by hand and bring the file it offers."),
    (b"<?xml", "XML", "Ask for CSV; for SDMX and FHIR see the pages on sources."),
    (b"\x89png", "a picture", "Ask for the table behind it."),
    (b"\xff\xd8\xff", "a picture", "Ask for the table behind it."),
    (b"sqlite format 3", "a database file", "Ask for the table as CSV or Parquet."),
    (b"\x7felf", "a program", "Ask for the data."),
    (b"7z\xbc\xaf", "a 7z archive", "Unpack it."),
    (b"rar!", "a RAR archive", "Unpack it."),
)


def _opened(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    form: Format,
    why: dict[str, str],
    scratch: Path,
    notes: list[str] | None = None,
) -> Found:
    opened = open_delivery(con, path, form, scratch)
    if isinstance(form, CsvFormat) and form.quote:
        # Quotes that are no quotes break strict reading; without them the same lines may all be whole.
        broken, total = _broken(con, opened)
        if broken > total * 0.01:
            bare = form.model_copy(update={"quote": ""})
            again = open_delivery(con, path, bare, scratch)
            if _broken(con, again)[0] < broken / 2:
                return Found(
                    bare, again, {**why, "quote": "with quotes as quotes, more records break than without"}, notes or []
                )
            opened = open_delivery(con, path, form, scratch)
    return Found(form, opened, why, notes or [])


def _broken(con: duckdb.DuckDBPyConnection, opened: Opened) -> tuple[int, int]:
    total = int(con.execute(f"select count(*) from {opened.relation}").fetchall()[0][0])
    return len(opened.ragged()), total


def _zipped(con: duckdb.DuckDBPyConnection, path: Path, scratch: Path) -> Found:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise DeliveryError("the archive is damaged", "Ask for the file again.", path.name) from None
    if any(name in {"xl/workbook.xml", "xl/workbook.bin", "content.xml"} for name in names):
        return _workbook(con, path, scratch)
    shapes = [name for name in names if name.lower().endswith(".shp")]
    if len(shapes) == 1:
        return _opened(con, path, ShapefileFormat(kind="shapefile"), {"kind": "an archive with one Shapefile"}, scratch)
    raise DeliveryError(
        f"this is an archive of {len(names):,} files", "Unpack it, and draft from the files one by one.", path.name
    )


@dataclass(frozen=True)
class _Sheet:
    """A sheet that holds a table."""

    name: str
    header: Header
    footer_rows: int


def _is_open_document(path: Path) -> bool:
    """Such a workbook does not say which cells are merged."""
    with path.open("rb") as stream:
        return b"vnd.oasis.opendocument" in stream.read(200)


def _workbook(con: duckdb.DuckDBPyConnection, path: Path, scratch: Path) -> Found:
    if path.stat().st_size > MAX_BYTES:
        raise DeliveryError("the workbook is too large to be read at once", "Ask for CSV.", path.name)
    try:
        book = python_calamine.CalamineWorkbook.from_path(path)
        best: tuple[int, _Sheet] | None = None
        found: list[_Sheet] = []
        for name in book.sheet_names:
            rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            header = header_of(rows)
            if header is None:
                continue
            found.append(_Sheet(name, header, footer_rows(rows, header)))
            size = sum(sum(cell not in ("", None) for cell in row) for row in rows[header.row :])
            if best is None or size > best[0]:
                best = (size, found[-1])
    except (python_calamine.CalamineError, OSError) as error:
        raise DeliveryError(
            "this is not a workbook, or it is damaged", "Ask for it again.", type(error).__name__
        ) from None
    if best is None:
        raise DeliveryError(
            "no sheet of the workbook holds a table",
            "Look at it, and ask for a plain table.",
            ", ".join(book.sheet_names)[:80],
        )
    _, chosen = best
    alike = [one for one in found if (one.header, one.footer_rows) == (chosen.header, chosen.footer_rows)]
    why = {
        "sheet": f"these {len(alike)} of {len(book.sheet_names)} have the same header"
        if len(alike) > 1
        else f"of {len(book.sheet_names)} sheets it holds most"
        if len(book.sheet_names) > 1
        else "the only sheet"
    }
    if chosen.header.rows > 1:
        why["header_rows"] = "groups are above, and the same parts under each"
    elif chosen.header.row:
        why["header_row"] = "the first row that is filled with names as wide as the rows below"
    if chosen.footer_rows:
        why["footer_rows"] = "the last rows are notes or totals"
    years = all(re.fullmatch("(19|20)[0-9]{2}", one.name) for one in alike)
    form = WorkbookFormat(
        kind="workbook",
        sheet=[one.name for one in alike] if len(alike) > 1 else chosen.name,
        sheet_column=("year" if years else "sheet") if len(alike) > 1 else None,
        header_row=chosen.header.row + 1,
        header_rows=chosen.header.rows,
        header_fill="right" if _is_open_document(path) else "merged",
        footer_rows=chosen.footer_rows,
    )
    return _opened(con, path, form, why, scratch)


def _objects(con: duckdb.DuckDBPyConnection, path: Path, scratch: Path) -> Found:
    if path.stat().st_size > MAX_BYTES:
        raise DeliveryError("the file is too large to be read at once", "Ask for it in parts, or as CSV.", path.name)
    try:
        document = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise DeliveryError("this is not JSON, or it is damaged", "Ask for it again.", type(error).__name__) from None
    if isinstance(document, dict) and document.get("type") == "FeatureCollection":
        return _opened(con, path, GeoJsonFormat(kind="geojson"), {"kind": "a collection of features"}, scratch)
    members = list(document.values()) if isinstance(document, dict) else document
    if not members or not all(isinstance(one, dict) for one in members[:1000]):
        raise DeliveryError(
            "this JSON is no list of objects",
            "Say with a connector or by hand which list in it holds the records.",
            path.name,
        )
    why = {
        "kind": "an object of objects; their names are the column key"
        if isinstance(document, dict)
        else "a list of objects"
    }
    return _opened(con, path, JsonFormat(kind="json"), why, scratch)
