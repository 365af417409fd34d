"""The sheets of a workbook as rows of text: what can be known before reading is looked at, then a limited process reads."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from sga_pipeline.conform.readers import zip_archive
from sga_pipeline.conform.readers.tables import sheet_cells
from sga_pipeline.errors import DeliveryError

_WAIT_SECONDS = 330
_OLE = b"\xd0\xcf\x11\xe0"
# A workbook's parts by which it is known.
_PARTS = {"xl/workbook.xml": ".xlsx", "content.xml": ".ods"}

Cells = list[str | None]


@dataclass(frozen=True)
class Sheet:
    """One sheet from its first row on, and its merged cells as first row, first column, last row, last column."""

    name: str
    rows: list[Cells]
    merged: list[tuple[int, int, int, int]]


def read_sheets(path: Path, chosen: list[str | int], scratch: Path) -> list[Sheet]:
    """The sheets a contract names, in its order."""
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        # The kind is recognised by content, never by a name; and what the process reads has the size it seems to have.
        plain = _plain(path, Path(folder))
        command = [sys.executable, "-m", sheet_cells.__name__, str(plain), json.dumps(chosen)]
        with tempfile.TemporaryFile(dir=folder) as out:
            try:
                done = subprocess.run(
                    command, stdout=out, stderr=subprocess.DEVNULL, timeout=_WAIT_SECONDS, check=False
                )
            except subprocess.TimeoutExpired:
                raise _too_much(path) from None
            out.seek(0)
            lines = (json.loads(line) for line in out if line.endswith(b"\n"))
            first = next(lines, None)
            if first is not None and "problem" in first:
                raise _refusal(first)
            if first is None or done.returncode != 0:
                raise _too_much(path)
            return [_sheet(name, lines) for name in first["sheets"]]


def _sheet(name: str, lines: object) -> Sheet:
    about = next(lines)  # type: ignore[call-overload]
    if "problem" in about:
        raise _refusal(about)
    rows = [next(lines) for _ in range(about["rows"])]  # type: ignore[call-overload]
    return Sheet(name, rows, [(a, b, c, d) for a, b, c, d in about["merged"]])


def _plain(path: Path, folder: Path) -> Path:
    """The workbook under its true ending; one that is packed is packed anew, so that no part is larger than it looks."""
    with path.open("rb") as stream:
        head = stream.read(4)
    if head == _OLE:
        (folder / "book.xls").symlink_to(path.resolve())
        return folder / "book.xls"
    if head[:2] != b"PK":
        raise DeliveryError("this is not a workbook, or it is damaged", "Ask for it again.", path.name)
    with zip_archive.opened(path) as packed:
        ending = next((end for part, end in _PARTS.items() if part in packed.namelist()), None)
        if ending is None:
            raise DeliveryError("this ZIP is no workbook of a kind we read", "Save it as XLSX, XLS or ODS.", path.name)
        target = folder / f"book{ending}"
        with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as copy:
            for member in packed.infolist():
                if not member.is_dir():
                    part = zip_archive.unpack(packed, member, folder / "part")
                    copy.write(part, member.filename)
    return target


def _refusal(said: dict[str, object]) -> DeliveryError:
    if said["problem"] == sheet_cells.NO_SHEET:
        there = ", ".join(str(name) for name in said["there"])  # type: ignore[attr-defined]
        return DeliveryError(f"the workbook has no sheet [{said['value']}]", "Correct format.sheet.", there)
    if said["problem"] == sheet_cells.TOO_LARGE:
        return DeliveryError(
            f"the sheet is too large: more than {sheet_cells.MAX_CELLS} cells or {sheet_cells.MAX_COLUMNS} columns",
            "Ask for it as CSV.",
            str(said["value"]),
        )
    return DeliveryError("this is not a workbook, or it is damaged", "Ask for it again.", str(said["value"]))


def _too_much(path: Path) -> DeliveryError:
    return DeliveryError(
        "the workbook is damaged, or needs more memory or time than is allowed "
        f"({sheet_cells.MAX_MEMORY // 10**9} GB, {sheet_cells.MAX_SECONDS} seconds)",
        "Ask for it again, in parts or as CSV.",
        path.name,
    )
