"""Where a sheet's table begins and ends: its header of one row or two, and the notes and totals below its records."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sga_pipeline.draft.dialect import footer_words
from sga_pipeline.draft.text import words_of

MAX_HEADER_ROW = 60
_FIGURE = re.compile(r"[-+]?[0-9][0-9.,'\s]*%?")
_YEAR = re.compile(r"(19|20)[0-9]{2}")
Rows = list[list[Any]]


@dataclass(frozen=True)
class Header:
    """The first row of the header, counted from zero, how many rows it has, and the cells of its last."""

    row: int
    rows: int
    names: tuple[str, ...]

    @property
    def last(self) -> int:
        return self.row + self.rows - 1


def header_of(rows: Rows) -> Header | None:
    """The first row that is filled with names as wide as the rows below, or two rows that are so together."""
    widths = [len(_filled(row)) for row in rows[:400]]
    usual = sorted(widths, reverse=True)[min(len(widths) - 1, max(1, len(widths) // 3))] if len(widths) > 1 else 0
    if usual < 2:
        return None
    for place, row in enumerate(rows[:MAX_HEADER_ROW]):
        filled = _filled(row)
        if len(filled) < usual * 0.7:
            if place + 1 < len(rows) and _two_rows(row, rows[place + 1], usual):
                return Header(place, 2, tuple(map(str, [*row, *rows[place + 1]])))
            continue
        if (
            sum(_is_name(cell) for cell in filled) >= len(filled) * 0.6
            and len(set(map(str, filled))) > len(filled) * 0.7
        ):
            return Header(place, 1, tuple(map(str, row)))
    return None


def footer_rows(rows: Rows, header: Header) -> int:
    """Rows at the end that are notes or totals."""
    wide = max(2, len(_filled(rows[header.last])) // 2)
    count = 0
    for row in reversed(rows[header.last + 1 :][-30:]):
        filled = _filled(row)
        first = words_of(str(filled[0])) if filled else ()
        if len(filled) >= wide and not (first and first[0] in footer_words()):
            break
        count += 1
    return count


def _two_rows(upper: list[Any], lower: list[Any], usual: int) -> bool:
    """Groups above and parts below: the parts come again under each group, so alone they would be no names."""
    above, below = _filled(upper), _filled(lower)
    parts = set(map(str, below))
    width = sum(one not in ("", None) or two not in ("", None) for one, two in zip(upper, lower, strict=False))
    return (
        len(above) >= 2
        and len(below) >= 4
        and width >= usual * 0.9
        and len(parts) <= len(below) * 0.7
        and all(_is_name(cell) for cell in above)
        and all(_is_name(cell) for cell in below)
    )


def _filled(row: list[Any]) -> list[Any]:
    return [cell for cell in row if cell not in ("", None)]


def _is_name(cell: Any) -> bool:
    """Text that is no figure: a total written `767 999` under a header of two rows is no header. Years are names."""
    if not isinstance(cell, str):
        return False
    text = cell.strip()
    return bool(_YEAR.fullmatch(text)) or not _FIGURE.fullmatch(text)
