"""How delimited text is written: delimiter, quote, lines before the header, records under it, footer."""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache

from sga_pipeline.contracts.formats import CsvFormat
from sga_pipeline.draft.encoding import encoding_of
from sga_pipeline.draft.scan import Scan
from sga_pipeline.draft.text import plain, words_of
from sga_pipeline.draft.word_lists import values_of
from sga_pipeline.errors import DeliveryError

_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
MAX_SKIP = 40
NUMBER = re.compile(r"^-?[0-9][0-9.,' ]*%?$")
_DATE = re.compile(r"^[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}")


@dataclass(frozen=True)
class Dialect:
    """A format, and why it is thought to be that: one sentence for each argument."""

    form: CsvFormat
    why: dict[str, str]


def dialect_of(scan: Scan, name: str) -> Dialect:
    """Find the dialect, or raise DeliveryError where this is no table of text."""
    encoding, why_encoding = encoding_of(scan)
    head = scan.head.decode(encoding, errors="ignore").lstrip("\ufeff")
    lines = re.split(r"\r\n|\n|\r", head)
    if scan.size > len(scan.head):
        lines.pop()
    lines = lines[:3000]
    if not any(line.strip() for line in lines):
        raise DeliveryError("the file has no line of text", "Ask for it again.", name)
    if sum(not one.isprintable() and one not in "\t\ufeff" for line in lines[:200] for one in line) > 50:
        raise DeliveryError("this is not text", "Say what made the file, or ask for CSV.", name)
    delimiter, width, share = _delimiter(lines)
    skip = _skip(lines, delimiter, width)
    cells = _cells(lines[skip], delimiter)
    _refuse_values(cells, name)
    records = _skip_records([_cells(line, delimiter) for line in lines[skip + 1 : skip + 30]], width)
    footer = _footer(scan, encoding, delimiter, width) if len(lines) > skip + 4 else 0
    why = {
        "delimiter": f"{share:.0%} of the lines have {width} columns when split at the {_DELIMITERS[delimiter]}",
        "encoding": why_encoding,
    }
    if skip:
        why["skip_lines"] = f"{skip} lines before the first that has {width} names"
    if records:
        why["skip_records"] = "the record under the header is words where all others are numbers"
    if footer:
        why["footer_lines"] = f"the last {footer} lines are a total, a note or not {width} columns wide"
    form = CsvFormat(
        kind="csv",
        delimiter=delimiter,
        encoding="utf-8" if encoding == "utf-8-sig" else encoding,
        compression=scan.compression,  # type: ignore[arg-type]
        skip_lines=skip,
        skip_records=records,
        footer_lines=footer,
    )
    return Dialect(form, why)


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter), [])]
    except csv.Error:
        return []


def _delimiter(lines: list[str]) -> tuple[str, int, float]:
    best = (",", 1, 0.0)
    found = 0.0
    filled = [line for line in lines if line.strip()][:500]
    for delimiter in _DELIMITERS:
        widths = Counter(len(_cells(line, delimiter)) for line in filled)
        width, count = max(
            ((w, n) for w, n in widths.items() if w > 1), key=lambda one: (one[1], one[0]), default=(1, 0)
        )
        share = count / len(filled)
        # A wide table that nearly always fits beats a narrow one that always does.
        weight = share * min(width, 6) ** 0.5
        if width > 1 and weight > found:
            best, found = (delimiter, width, share), weight
    if best[1] == 1:
        return ",", 1, 1.0
    return best


def _skip(lines: list[str], delimiter: str, width: int) -> int:
    for at, line in enumerate(lines[:MAX_SKIP]):
        cells = _cells(line, delimiter)
        if len(cells) == width and sum(bool(cell) for cell in cells) >= max(1, int(width * 0.6)):
            return at
    return 0


def _refuse_values(cells: list[str], name: str) -> None:
    """A first line of values is no header; the values are not repeated, for they may be somebody's."""
    filled = [cell for cell in cells if cell]
    months = {word for _, words in values_of("month") for word in words}
    years = all(re.fullmatch(r"(19|20)[0-9]{2}", cell) for cell in filled if NUMBER.match(cell))
    odd = [cell for cell in filled if NUMBER.match(cell) or _DATE.match(cell)]
    if filled and not years and len(odd) > len(filled) * 0.3 and not {plain(one) for one in filled} & months:
        raise DeliveryError(
            "the first line holds values, not the names of columns",
            "Ask for the file with its header, or put one on top; a contract names columns.",
            name,
        )


def _skip_records(records: list[list[str]], width: int) -> int:
    records = [one for one in records if len(one) == width]
    if len(records) < 3:
        return 0
    first, rest = records[0], records[1:]
    odd = sum(
        bool(first[at])
        and not NUMBER.match(first[at])
        and len(first[at]) > 5
        and all(NUMBER.match(row[at]) or row[at] in {"", "null"} for row in rest)
        and any(row[at] for row in rest)
        for at in range(width)
    )
    return 1 if odd >= 2 else 0


@cache
def footer_words() -> frozenset[str]:
    return frozenset(word for _, words in values_of("footer") for word in words)


def _footer(scan: Scan, encoding: str, delimiter: str, width: int) -> int:
    tail = scan.tail.decode(encoding if not encoding.startswith("utf-16") else "utf-16-le", errors="ignore")
    lines = re.split(r"\r\n|\n|\r", tail)
    if lines and lines[-1] == "":
        lines.pop()
    lines_of_footer = 0
    for count, line in enumerate(reversed(lines[-30:]), start=1):
        cells = _cells(line, delimiter)
        empty = not any(cells)
        words = words_of(next((cell for cell in cells if cell), ""))
        # A quote left open is a record over several lines, and no footer.
        odd = len(cells) != width and '"' not in line and width > 1
        if not (empty or odd or (words and (words[0] in footer_words()))):
            break
        if not empty:
            lines_of_footer = count
    return lines_of_footer if lines_of_footer <= 20 else 0
