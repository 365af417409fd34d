"""Tables small enough to wait in memory for the one query that reads them, and their cells as text."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from sga_pipeline.conform.readers.opened import Opened, Record
from sga_pipeline.errors import DeliveryError

MAX_BYTES = 500_000_000
Row = Sequence[str | None]


def refuse_large(path: Path) -> None:
    if path.stat().st_size > MAX_BYTES:
        raise DeliveryError("the file is too large to be read at once", "Ask for it in parts, or as CSV.", path.name)


def load_rows(
    con: duckdb.DuckDBPyConnection, header: Sequence[str], rows: Sequence[Row], lines: Sequence[int] | None = None
) -> Opened:
    """Rows as an opened delivery; `lines` says where each is in the source, the first being 1 where not given."""
    width = len(header)
    padded = [(list(row) + [None] * width)[:width] for row in rows]
    try:
        frame = pl.DataFrame(padded, schema={f"c{i}": pl.String for i in range(width)}, orient="row")
    except UnicodeError:
        raise DeliveryError("a text is no Unicode", "Ask for the file again.") from None
    con.register("held_rows", frame.to_arrow())

    def records_of(places: Sequence[int], _total: int) -> list[Record]:
        return [
            Record(
                lines[place] if lines else place + 1,
                json.dumps(dict(zip(header, padded[place], strict=True)), ensure_ascii=False),
            )
            for place in places
        ]

    return Opened(tuple(header), "held_rows", records_of)


def json_cell(value: Any) -> str | None:
    """A JSON value as text; what is no text keeps its JSON form."""
    if value is None:
        return None
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
