"""Reads CSV files of contracts: rows of text, each of which knows the file and the line it was read from."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from sga_pipeline.contracts.contract_text import read_text
from sga_pipeline.errors import ContractError, Problem

# A cell longer than this is a quote that nobody closed. The csv module's own limit is the whole process's, and others set it.
LONGEST_CELL = 100_000


class Row(dict[str, str]):
    """One row, its cells by column."""

    def __init__(self, cells: dict[str, str], file: Path, line: int) -> None:
        super().__init__(cells)
        self.file = file
        self.line = line

    def listed(self, column: str) -> list[str]:
        """The values of a cell that may hold several, separated by semicolons."""
        return [one for one in self[column].split(";") if one]

    def problem(self, message: str, next_step: str, column: str, value: str | None = None) -> Problem:
        """What is wrong with the cell of a column, or with one value in it."""
        return Problem(message, next_step, self[column] if value is None else value, self.file, self.line)


class JoinedRow(Row):
    """Rows of several files about one thing, read as one; a problem names the file its column is in."""

    def __init__(self, *rows: Row) -> None:
        cells = {column: cell for row in reversed(rows) for column, cell in row.items()}
        super().__init__(cells, rows[0].file, rows[0].line)
        self.rows = rows

    def problem(self, message: str, next_step: str, column: str, value: str | None = None) -> Problem:
        row = next(one for one in self.rows if column in one)
        return row.problem(message, next_step, column, value)


def read_rows(file: Path) -> list[Row]:
    """Rows of a CSV; a ragged row or a doubled header is an error with its line."""
    reader = csv.reader(io.StringIO(read_text(file), newline=""))
    try:
        return list(_rows(reader, file))
    except csv.Error as error:
        raise _error(
            f"the file cannot be read as CSV: {error}", f"line {reader.line_num}", file, reader.line_num
        ) from None


def read_keyed(file: Path, key: str) -> dict[str, Row]:
    """Rows of a CSV by their key; a key that is there twice is an error with its line."""
    keyed: dict[str, Row] = {}
    for row in read_rows(file):
        if row[key] in keyed:
            raise _error(f"the {key} is in the file twice", row[key], file, row.line)
        keyed[row[key]] = row
    return keyed


# csv.reader has no public name for its type; it gives rows and counts lines.
def _rows(reader: csv._reader, file: Path) -> Iterator[Row]:  # type: ignore[name-defined]
    header: list[str] = next(reader, [])
    if len(set(header)) != len(header) or not header:
        raise _error("the header is empty or names a column twice", ",".join(header), file, 1)
    for cells in reader:
        longest = max(map(len, cells), default=0)
        if longest > LONGEST_CELL:
            raise csv.Error(f"a cell has {longest:,} characters, and at most {LONGEST_CELL:,} are read")
        if len(cells) != len(header):
            value = cells[0] if cells else ""
            raise _error(f"the row has {len(cells)} cells, not {len(header)}", value, file, reader.line_num)
        yield Row(dict(zip(header, cells, strict=True)), file, reader.line_num)


def _error(message: str, value: str, file: Path, line: int | None = None) -> ContractError:
    return ContractError([Problem(message, "Correct the row.", value, file, line)])
