"""Delimited text as a table: explicit dialect, header checked, broken records kept with their line."""

from __future__ import annotations

import csv
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb

from sga_pipeline.conform.readers.opened import Opened, Ragged, Record, Stretch
from sga_pipeline.conform.readers.tables.cutting import Cut, cut, write_stretch
from sga_pipeline.conform.readers.tables.plain_text import PreparedText, prepare_text
from sga_pipeline.conform.sql_text import literal
from sga_pipeline.contracts.formats import CsvFormat
from sga_pipeline.errors import DeliveryError

_REASONS = {
    "MISSING COLUMNS": "too few columns",
    "TOO MANY COLUMNS": "too many columns",
    "UNQUOTED VALUE": "a quote is not closed",
    "LINE SIZE OVER MAXIMUM": "the line is too long",
    "INVALID ENCODING": "wrong encoding",
    "INVALID STATE": "quotes are broken",
}


def open_csv(con: duckdb.DuckDBPyConnection, path: Path, form: CsvFormat, scratch: Path) -> Opened:
    """Open delimited text. Types come later, from the contract; here everything is text."""
    text = prepare_text(path, form, scratch)
    header, header_lines = _header(text.path, form)

    def stretches() -> list[Stretch]:
        # A line without a delimiter may be blank or a record of one column: nobody knows.
        return _stretches(con, text, header, form, scratch) if header_lines == 1 and len(header) > 1 else []

    return replace(_opened(con, text, header, form), stretches=stretches)


def _opened(con: duckdb.DuckDBPyConnection, text: PreparedText, header: tuple[str, ...], form: CsvFormat) -> Opened:
    columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(header)))
    quote = literal(form.quote)
    relation = (
        f"read_csv({literal(str(text.path))}, columns = {{{columns}}}, auto_detect = false, header = true, "
        f"delim = {literal(form.delimiter)}, quote = {quote}, escape = {quote}, comment = '', nullstr = '', "
        f"{text.line_end}null_padding = false, store_rejects = true, strict_mode = true)"
    )

    def ragged() -> list[Ragged]:
        return _ragged(con, text)

    def records_of(places: Sequence[int], total: int) -> list[Record]:
        broken = [one.line - _shift(text) for one in ragged()]
        one_line_each = text.lines == 1 + total + len(broken)
        found = _by_arithmetic(places, broken, text.path) if one_line_each else _by_reading(places, text.path, form)
        return [Record(record.line + _shift(text), record.text) for record in found]

    # Rejects of what was read earlier on this connection are not this table's.
    con.execute("drop table if exists reject_errors; drop table if exists reject_scans")
    return Opened(header, relation, records_of, ragged)


def _stretches(
    con: duckdb.DuckDBPyConnection, text: PreparedText, header: tuple[str, ...], form: CsvFormat, scratch: Path
) -> list[Stretch]:
    with text.path.open("rb") as stream:
        header_end = len(stream.readline())

    def stretch(one: Cut) -> Stretch:
        @contextmanager
        def opened() -> Iterator[Opened]:
            file = scratch / f"{one.sha256}.stretch"
            write_stretch(text.path, header_end, one, file)
            try:
                yield _opened(con, PreparedText(file, 1 + one.lines, text.line_end, 0, 0), header, form)
            finally:
                file.unlink()

        return Stretch(one.sha256, one.records, one.lines_before + _shift(text), opened)

    return [stretch(one) for one in cut(text.path, header_end, form.quote)]


def _header(path: Path, form: CsvFormat) -> tuple[tuple[str, ...], int]:
    """Names, and how many lines they take."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = _reader(stream, form)
        try:
            header = tuple(cell.strip() for cell in next(reader))
        except (StopIteration, csv.Error):
            raise DeliveryError(
                "the file has no header", "Check skip_lines, or ask for the file again.", path.name
            ) from None
        return header, reader.line_num


def _shift(text: PreparedText) -> int:
    return text.lines_before + text.lines_after_header


def _ragged(con: duckdb.DuckDBPyConnection, text: PreparedText) -> list[Ragged]:
    """One entry a broken record, however many columns of it were wrong."""
    if not con.execute("select 1 from information_schema.tables where table_name = 'reject_errors'").fetchone():
        return []
    rows = con.execute(
        "select line_byte_position, min(error_type::varchar), any_value(csv_line) "
        "from reject_errors join reject_scans using (scan_id, file_id) where file_path = ? and line_byte_position is not null "
        "group by line_byte_position order by line_byte_position",
        [str(text.path)],
    ).fetchall()
    lines = _lines_at([position for position, _, _ in rows], text.path)
    found = []
    for line, (_, kind, raw) in zip(lines, rows, strict=True):
        # Blank lines before a broken record are counted as part of it.
        blank = len(raw) - len(raw.lstrip("\r\n"))
        lead = raw[:blank].count("\n") or raw[:blank].count("\r")
        found.append(Ragged(line + lead + _shift(text), _REASONS.get(kind, kind.lower()), raw.strip("\r\n")))
    return found


def _lines_at(positions: list[int], path: Path) -> list[int]:
    """The line each byte position (counted from 1) lies on."""
    lines, seen, at = [], 0, 0
    with path.open("rb") as stream:
        for position in positions:
            while at < position - 1:
                block = stream.read(min(4 << 20, position - 1 - at))
                seen += block.count(b"\n")
                at += len(block)
            lines.append(seen + 1)
    return lines


def _by_arithmetic(places: Sequence[int], broken: list[int], path: Path) -> list[Record]:
    """Where each line is one record: count the header and the broken lines before it."""
    # A broken line at L pushes down every record that would be at L or later; ranks undo the pushes before it.
    thresholds = [line - rank for rank, line in enumerate(sorted(broken))]
    lines = [place + 2 + bisect_right(thresholds, place + 2) for place in places]
    found, at = [], 0
    with path.open(encoding="utf-8-sig", newline="") as stream:
        for line in lines:
            text = next(islice(stream, line - at - 1, None), "")
            found.append(Record(line, text.rstrip("\r\n")))
            at = line
    return found


def _by_reading(places: Sequence[int], path: Path, form: CsvFormat) -> list[Record]:
    """Where records span lines, or blank lines are between them: read the file once more, record by record."""
    asked, found = set(places), []
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = _reader(stream, form)
        width = len(next(reader))
        place, start = 0, reader.line_num
        for cells in reader:
            # Surplus cells that are all empty are no surplus.
            if len(cells) >= width and not any(cells[width:]):
                if place in asked:
                    found.append(Record(start + 1, form.delimiter.join(cells)))
                place += 1
            start = reader.line_num
    return found


def _reader(stream: Iterable[str], form: CsvFormat) -> Any:
    if not form.quote:
        return csv.reader(stream, delimiter=form.delimiter, quoting=csv.QUOTE_NONE)
    return csv.reader(stream, delimiter=form.delimiter, quotechar=form.quote)
