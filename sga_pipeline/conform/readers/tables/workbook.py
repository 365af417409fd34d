"""Sheets of a workbook as one table: header of several rows, labels written once, several sheets appended."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import duckdb

from sga_pipeline.conform.readers.in_memory import load_rows
from sga_pipeline.conform.readers.opened import Opened
from sga_pipeline.conform.readers.tables.sheets import Cells, Sheet, read_sheets
from sga_pipeline.contracts.formats import WorkbookFormat
from sga_pipeline.errors import DeliveryError

Numbered = tuple[int, Cells]


def open_workbook(con: duckdb.DuckDBPyConnection, path: Path, form: WorkbookFormat, scratch: Path) -> Opened:
    """The declared sheets, each from its header to the row before its footer."""
    header: tuple[str, ...] = ()
    rows: list[Numbered] = []
    for sheet in read_sheets(path, form.sheets, scratch):
        names, body = _table(sheet, form)
        if header and sorted(names) != sorted(header):
            raise DeliveryError(
                f"the sheet [{sheet.name}] has other columns than the first",
                "Give it a feed of its own.",
                ", ".join(sorted(set(names) ^ set(header))[:6]),
            )
        header = header or names
        order = [names.index(name) for name in header] if names != header else range(len(names))
        rows += [(number, [cells[at] for at in order]) for number, cells in body]
    return load_rows(con, header, [cells for _, cells in rows], [number for number, _ in rows])


def _table(sheet: Sheet, form: WorkbookFormat) -> tuple[tuple[str, ...], list[Numbered]]:
    header = _header(sheet, form)
    first = form.header_row - 1 + form.header_rows
    # A sheet row may be shorter than its header's: what is not there is empty.
    width = len(header)
    body = [
        (first + at + 1, (cells + [None] * width)[:width])
        for at, cells in enumerate(sheet.rows[first : len(sheet.rows) - form.footer_rows])
    ]
    body = [(number, cells) for number, cells in body if any(cells)]
    for one in form.outline:
        if one.into in header:
            raise DeliveryError("the sheet has a column of that name already", "Choose another for `into`.", one.into)
    labels = [(_place(header, one.column), re.compile(one.labels)) for one in form.outline]
    if labels:
        body = _labelled(body, labels, sheet.name)
    _fill_down(body, [_place(header, name) for name in form.fill_down])
    if form.sheet_column:
        body = [(number, [*cells, sheet.name]) for number, cells in body]
    added = (*(one.into for one in form.outline), *([form.sheet_column] if form.sheet_column else []))
    return (*header, *added), body


def _header(sheet: Sheet, form: WorkbookFormat) -> tuple[str, ...]:
    top, bottom = form.header_row - 1, form.header_row - 1 + form.header_rows
    if len(sheet.rows) < bottom:
        raise DeliveryError("the sheet ends before its header row", "Correct format.header_row.", form.header_row)
    width = max(len(row) for row in sheet.rows)
    rows = [list(row) + [None] * (width - len(row)) for row in sheet.rows[top:bottom]]
    if form.header_fill == "merged":
        _fill_merged(rows, sheet, top)
    else:
        for row in rows[:-1]:
            for at in range(1, width):
                row[at] = row[at] or row[at - 1]
    names = []
    for column in zip(*rows, strict=True):
        # A cell merged over several rows says its name once.
        said = [text for at, text in enumerate(column) if text and (at == 0 or text != column[at - 1])]
        names.append(form.header_separator.join(said))
    return tuple(names)


def _fill_merged(rows: list[Cells], sheet: Sheet, top: int) -> None:
    for first_row, first, last_row, last in sheet.merged:
        for row in range(max(first_row, top), min(last_row, top + len(rows) - 1) + 1):
            for column in range(first, min(last, len(rows[0]) - 1) + 1):
                rows[row - top][column] = rows[row - top][column] or sheet.rows[first_row][first]


def _labelled(body: list[Numbered], levels: Sequence[tuple[int, re.Pattern[str]]], sheet: str) -> list[Numbered]:
    """Rows with the labels above them; an outer label ends the inner ones."""
    current: Cells = [None] * len(levels)
    found = []
    for number, cells in body:
        level = next((at for at, (column, label) in enumerate(levels) if label.fullmatch(cells[column] or "")), None)
        if level is not None:
            current = [*current[:level], cells[levels[level][0]], *[None] * (len(levels) - level - 1)]
        elif None in current:
            raise DeliveryError("a row is under no label", "Correct format.outline.", f"{sheet} row {number}")
        else:
            found.append((number, [*cells, *current]))
    return found


def _fill_down(body: list[Numbered], columns: list[int]) -> None:
    """Values written once, row by row; a new outer value ends the inner ones."""
    current: Cells = [None] * len(columns)
    for _, cells in body:
        for at, column in enumerate(columns):
            if cells[column] is not None:
                if cells[column] != current[at]:
                    current[at + 1 :] = [None] * (len(columns) - at - 1)
                current[at] = cells[column]
            else:
                cells[column] = current[at]


def _place(header: tuple[str, ...], name: str) -> int:
    if name not in header:
        raise DeliveryError(f"the header lacks the column {name}", "Correct format.header_row, or the name.", name)
    return header.index(name)
