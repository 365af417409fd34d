"""Run as a process of its own, under limits: opens a workbook and writes the cells of the chosen sheets as JSON lines.

A workbook a few kilobytes small can ask its reader for a terabyte, and that ends the process that reads it. So it is not ours.
"""

from __future__ import annotations

import datetime as dt
import json
import resource
import sys
import zipfile
from typing import Any

import python_calamine

MAX_MEMORY = 3_000_000_000
MAX_SECONDS = 300
# Between a file and its reader: what went wrong, in words that are shown.
NO_WORKBOOK, NO_SHEET, TOO_LARGE = "no workbook", "no sheet", "too large"
# Some half a million rows of twenty columns; all chosen sheets together.
MAX_CELLS, MAX_COLUMNS = 10_000_000, 5_000
_DOCTYPE_WITHIN = 1 << 16


def main(path: str, sheets: list[str | int]) -> None:
    """First line: what went wrong, or the sheets. Then for each sheet a line about it and one for each of its rows."""
    _limit(resource.RLIMIT_AS, MAX_MEMORY)
    _limit(resource.RLIMIT_CPU, MAX_SECONDS)
    _limit(resource.RLIMIT_CORE, 0)
    try:
        _refuse_doctype(path)
        book = python_calamine.CalamineWorkbook.from_path(path)
        names = book.sheet_names
        chosen = [one for one in (_name_of(want, names) for want in sheets) if one is not None]
        if len(chosen) < len(sheets):
            missing = next(str(want) for want in sheets if _name_of(want, names) is None)
            _say({"problem": NO_SHEET, "value": missing, "there": names})
            return
        _say({"sheets": chosen})
        left = MAX_CELLS
        for name in chosen:
            sheet = book.get_sheet_by_name(name)
            left -= sheet.total_height * sheet.total_width
            if left < 0 or sheet.total_width > MAX_COLUMNS:
                _say({"problem": TOO_LARGE, "value": f"{sheet.total_height} rows of {sheet.total_width} columns"})
                return
            rows = sheet.to_python(skip_empty_area=False)
            merged = [[*first, *last] for first, last in sheet.merged_cell_ranges or []]
            _say({"rows": len(rows), "merged": merged})
            for row in rows:
                _say([cell_text(value) for value in row])
    except (python_calamine.CalamineError, OSError, ValueError, zipfile.BadZipFile, EOFError) as error:
        _say({"problem": NO_WORKBOOK, "value": str(error)[:120]})


def _limit(what: int, most: int) -> None:
    """No more than this; and no more than was allowed already."""
    _, hard = resource.getrlimit(what)
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(what, (most, most))


def cell_text(value: Any) -> str | None:
    """A cell as the text a person sees in it; dates as ISO. A cell with an error shows no value."""
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


def _name_of(want: str | int, names: list[str]) -> str | None:
    if isinstance(want, int):
        return names[want - 1] if want <= len(names) else None
    return want if want in names else None


def _refuse_doctype(path: str) -> None:
    """A document type can only be at the head of XML; no office program writes one, and whoever does means harm."""
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            if member.filename.lower().endswith((".xml", ".rels")):
                with archive.open(member) as stream:
                    head = stream.read(_DOCTYPE_WITHIN).replace(b"\x00", b"").lower()
                if b"<!doctype" in head or b"<!entity" in head:
                    raise ValueError(f"{member.filename} declares XML entities")


def _say(line: Any) -> None:
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    main(sys.argv[1], json.loads(sys.argv[2]))
