"""One sheet of a workbook as a table of text."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import duckdb
import python_calamine

from sga_pipeline.conform.readers.held import hold
from sga_pipeline.conform.readers.opened import Opened
from sga_pipeline.contracts.formats import XlsxFormat
from sga_pipeline.errors import DeliveryError


def open_xlsx(con: duckdb.DuckDBPyConnection, path: Path, form: XlsxFormat) -> Opened:
    """One sheet, from its header row to the row before the footer."""
    try:
        book = python_calamine.CalamineWorkbook.from_path(path)
    except python_calamine.CalamineError as error:
        raise DeliveryError("this is not a workbook, or it is damaged", "Ask for it again.", str(error)[:120]) from None
    if form.sheet not in book.sheet_names:
        raise DeliveryError(
            f"the workbook has no sheet [{form.sheet}]", "Correct format.sheet.", ", ".join(book.sheet_names)
        )
    rows = book.get_sheet_by_name(form.sheet).to_python(skip_empty_area=False)
    if len(rows) < form.header_row:
        raise DeliveryError("the sheet ends before its header row", "Correct format.header_row.", form.header_row)
    header = tuple(_cell(value) or "" for value in rows[form.header_row - 1])
    body = rows[form.header_row : len(rows) - form.footer_rows]
    numbered = [(form.header_row + 1 + i, [_cell(value) for value in row]) for i, row in enumerate(body)]
    filled = [(number, cells) for number, cells in numbered if any(cells)]
    return hold(con, header, [cells for _, cells in filled], [number for number, _ in filled])


def _cell(value: Any) -> str | None:
    """A workbook cell as the text a person sees in it."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    return str(value).strip()
