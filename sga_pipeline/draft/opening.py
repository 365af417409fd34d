"""Tells what kind of file this is and opens it with the project's own reader, so that a drafted format is one that works."""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import python_calamine

from sga_pipeline.conform.readers.held import MAX_BYTES
from sga_pipeline.conform.readers.opened import Opened
from sga_pipeline.conform.source import open_delivery
from sga_pipeline.contracts.formats import CsvFormat, Format, GeoJsonFormat, JsonFormat, ParquetFormat, WorkbookFormat
from sga_pipeline.draft.dialect import dialect_of, footer_words
from sga_pipeline.draft.scan import scan
from sga_pipeline.draft.text import words_of
from sga_pipeline.errors import DeliveryError

MAX_HEADER_ROW = 60


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
    head = path.open("rb").read(4096)
    plain = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not plain:
        raise DeliveryError("the file is empty", "Ask for it again.", path.name)
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
    (b"<?xml", "XML", "Where it is KML, save it as GeoJSON; else ask for CSV."), (b"<kml", "KML", "Save it as GeoJSON."),
    (b"\x89png", "a picture", "Ask for the table behind it."), (b"\xff\xd8\xff", "a picture", "Ask for the table behind it."),
    (b"sqlite format 3", "a database file", "Ask for the table as CSV or Parquet."), (b"\x7felf", "a program", "Ask for the data."),
    (b"7z\xbc\xaf", "a 7z archive", "Unpack it."), (b"rar!", "a RAR archive", "Unpack it."),
)  # fmt: skip


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
    raise DeliveryError(
        f"this is an archive of {len(names):,} files", "Unpack it, and draft from the files one by one.", path.name
    )


def _workbook(con: duckdb.DuckDBPyConnection, path: Path, scratch: Path) -> Found:
    if path.stat().st_size > MAX_BYTES:
        raise DeliveryError("the workbook is too large to be read at once", "Ask for CSV.", path.name)
    try:
        book = python_calamine.CalamineWorkbook.from_path(path)
        best: tuple[int, str, int, int] | None = None
        for sheet in book.sheet_names:
            rows = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
            place = _header_row(rows)
            if place is None:
                continue
            size = sum(sum(cell not in ("", None) for cell in row) for row in rows[place:])
            if best is None or size > best[0]:
                best = (size, sheet, place + 1, _footer_rows(rows, place))
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
    _, sheet, header_row, footer_rows = best
    why = {
        "sheet": f"of {len(book.sheet_names)} sheets it holds most" if len(book.sheet_names) > 1 else "the only sheet"
    }
    if header_row > 1:
        why["header_row"] = "the first row that is filled with names as wide as the rows below"
    if footer_rows:
        why["footer_rows"] = "the last rows are notes or totals"
    form = WorkbookFormat(kind="workbook", sheet=sheet, header_row=header_row, footer_rows=footer_rows)
    return _opened(con, path, form, why, scratch)


def _header_row(rows: list[list[Any]]) -> int | None:
    widths = [sum(cell not in ("", None) for cell in row) for row in rows[:400]]
    usual = sorted(widths, reverse=True)[min(len(widths) - 1, max(1, len(widths) // 3))] if len(widths) > 1 else 0
    for place, row in enumerate(rows[:MAX_HEADER_ROW]):
        filled = [cell for cell in row if cell not in ("", None)]
        words = [cell for cell in filled if isinstance(cell, str)]
        if (
            usual >= 2
            and len(filled) >= usual * 0.7
            and len(words) >= len(filled) * 0.6
            and len(set(map(str, filled))) > len(filled) * 0.7
        ):
            return place
    return None


def _footer_rows(rows: list[list[Any]], header: int) -> int:
    wide = max(2, sum(cell not in ("", None) for cell in rows[header]) // 2)
    count = 0
    for row in reversed(rows[header + 1 :][-30:]):
        filled = [cell for cell in row if cell not in ("", None)]
        first = words_of(str(filled[0])) if filled else ()
        if len(filled) >= wide and not (first and first[0] in footer_words()):
            break
        count += 1
    return count


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
