"""Opens a file as a contract would, and gives what is in it."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import duckdb
from pydantic import TypeAdapter

from sga_pipeline.conform.open_delivery import open_delivery
from sga_pipeline.contracts.formats import Format

Rows = list[tuple[str | None, ...]]
FORMAT: TypeAdapter[Any] = TypeAdapter(Format)


def opened(path: Path, **form: Any) -> tuple[tuple[str, ...], Rows]:
    """Header and every cell, in order."""
    with tempfile.TemporaryDirectory() as scratch, duckdb.connect() as con:
        table = open_delivery(con, path, FORMAT.validate_python(form), Path(scratch))
        return table.header, con.execute(f"select * from {table.relation}").fetchall()
