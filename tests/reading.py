"""Opens a file as a format, as conform does, and gives its table: header and rows of text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
from pydantic import TypeAdapter

from sga_pipeline.conform.open_delivery import open_delivery
from sga_pipeline.contracts.formats import Format

FORMAT: TypeAdapter[Format] = TypeAdapter(Format)
Rows = list[dict[str, str | None]]


def table(path: Path, scratch: Path, **form: Any) -> tuple[list[str], Rows]:
    """Header, and rows by column name."""
    with duckdb.connect() as con:
        opened = open_delivery(con, path, FORMAT.validate_python(form), scratch)
        cells = con.execute(f"select * from {opened.relation}").fetchall()
    return list(opened.header), [dict(zip(opened.header, row, strict=True)) for row in cells]
