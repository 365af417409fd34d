"""Data files of Open SDG as one table: a file an indicator, whose number is in the file's name."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from sga_pipeline.conform.readers.in_memory import json_cell, load_rows
from sga_pipeline.conform.readers.json_documents import named_pages
from sga_pipeline.conform.readers.opened import Opened
from sga_pipeline.contracts.formats import OpenSdgFormat
from sga_pipeline.errors import DeliveryError

INDICATOR = "indicator"
# indicator_1-1-1.csv, or 1-1-1.json on a built site.
_NAME = re.compile(r"(?:.*indicator_)?([A-Za-z0-9]+(?:-[A-Za-z0-9]+)+)\.(?:csv|json)")


def open_opensdg(con: duckdb.DuckDBPyConnection, path: Path, form: OpenSdgFormat) -> Opened:
    """Rows of each indicator in turn; the columns are those any of them has."""
    names: dict[str, int] = {INDICATOR: 0}
    rows: list[list[str | None]] = []
    lines: list[int] = []
    try:
        for name, content in named_pages(path):
            number = _number(name)
            found = _from_csv(content) if form.files == "csv" else _from_json(content)
            for line, record in found:
                for column in record:
                    if column == INDICATOR:
                        raise DeliveryError("the file has a column [indicator] of its own", "Rename it.", name)
                    names.setdefault(column, len(names))
                row: list[str | None] = [None] * len(names)
                row[0] = number
                for column, value in record.items():
                    row[names[column]] = value
                rows.append(row)
                lines.append(line)
    except (ValueError, TypeError, AttributeError, RecursionError, csv.Error, zipfile.BadZipFile) as error:
        message = f"this is no data file of Open SDG, as {form.files}"
        raise DeliveryError(message, "Correct format.files, or ask for it again.", f"{error}"[:120]) from None
    return load_rows(con, list(names), rows, lines)


def _number(name: str) -> str:
    if not (found := _NAME.fullmatch(name)):
        raise DeliveryError("the file's name holds no indicator's number", "Name it like indicator_1-1-1.csv.", name)
    return found[1].replace("-", ".")


def _from_csv(content: bytes) -> Iterator[tuple[int, dict[str, str | None]]]:
    reader = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
    header = [cell.strip() for cell in next(reader, [])]
    if not any(header) or len(set(header)) != len(header):
        raise ValueError("the header is missing, or names a column twice")
    for cells in reader:
        if len(cells) != len(header) and any(cells):
            raise ValueError(f"line {reader.line_num} has {len(cells)} cells and the header {len(header)}")
        if any(cells):
            yield reader.line_num, {name: cell or None for name, cell in zip(header, cells, strict=True)}


def _from_json(content: bytes) -> Iterator[tuple[int, dict[str, str | None]]]:
    """Columns of equal length."""
    columns: Any = json.loads(content)
    if columns == []:
        # So a site's build writes an indicator without data.
        return
    lengths = {len(column) for column in columns.values() if isinstance(column, list)}
    if len(lengths) > 1 or not all(isinstance(column, list) for column in columns.values()):
        raise ValueError("it is not a list for each column, all of one length")
    for at in range(lengths.pop() if lengths else 0):
        yield at + 1, {name: json_cell(column[at]) for name, column in columns.items()}
