"""Reads the database of a release: rows as dictionaries, in an order that is always the same."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

Row = dict[str, Any]


class ReleaseRows:
    """An open release."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con

    def all(self, sql: str) -> list[Row]:
        result = self._con.execute(sql)
        names = [column[0] for column in result.description or []]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def one(self, sql: str) -> Row:
        [row] = self.all(sql)
        return row


@contextmanager
def open_release(folder: Path) -> Iterator[ReleaseRows]:
    con = duckdb.connect(str(folder / "sga.duckdb"), read_only=True)
    try:
        con.execute("set TimeZone = 'UTC'; set enable_external_access = false; set lock_configuration = true")
        yield ReleaseRows(con)
    finally:
        con.close()
