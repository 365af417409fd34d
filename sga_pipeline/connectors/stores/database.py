"""Connector `database`: one table or view, read in one transaction that cannot write, and kept as a typed file."""

from __future__ import annotations

import time
from collections.abc import Iterator
from operator import itemgetter
from pathlib import Path
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from sga_pipeline.connectors.connector import Fetched, FileMissing, Known
from sga_pipeline.connectors.stores.database_columns import (
    TableColumn,
    as_text,
    fetched_column,
    require_columns,
    table_columns,
)
from sga_pipeline.connectors.stores.database_connection import line_to
from sga_pipeline.connectors.stores.database_errors import explain_error
from sga_pipeline.connectors.stores.database_period import of_no_period, within
from sga_pipeline.connectors.stores.file import find_file
from sga_pipeline.connectors.stores.table_file import TableFile
from sga_pipeline.connectors.watchdog import Watchdog
from sga_pipeline.contracts.city import DataFolder
from sga_pipeline.contracts.sources.database import DatabaseSource, table_parts
from sga_pipeline.errors import PullError

# Rows asked for at once: few at first, then about so many bytes.
_FIRST_ROWS, _MOST_ROWS, _FETCH_BYTES = 200, 20_000, 4_000_000
_MEDIA_TYPE = "application/vnd.apache.parquet"


class DatabaseConnector:
    """Reads one table. `time_zone` says when a day begins for moments that carry a zone."""

    def __init__(self, source: DatabaseSource, folder: Path | None, declared: DataFolder, time_zone: str) -> None:
        self.source, self.folder, self.declared, self.time_zone = source, folder, declared, time_zone

    def fetch(self, period: str | None, into: Path, known: Known) -> Fetched | None:
        """A database says nothing of versions, so `known` is of no use: the same rows are the same bytes."""
        source = self.source
        file = None
        if source.is_file:
            file = self._file(period)
        name = "-".join([*table_parts(source.table), *([period] if period else [])]) + ".parquet"
        target = into / "table.parquet"
        connected = False
        with Watchdog(source.total_timeout_s) as watchdog:
            try:
                with line_to(source, file, watchdog) as connection:
                    connected = True
                    _Reading(source, connection, period, self.time_zone).save(target)
            except PullError:
                raise
            except _errors() as error:
                if watchdog.expired:
                    raise _too_slow(source) from None
                raise explain_error(error, source, connected=connected) from None
        return Fetched(target, name, source.address, _MEDIA_TYPE)

    def _file(self, period: str | None) -> Path:
        try:
            return find_file(self.folder, self.declared, self.source.address.removeprefix("sqlite:///"))
        except FileMissing as error:
            if period is None:
                raise
            # All periods lie in one file: what is missing is the table, and no period of it.
            problem = error.problem
            raise PullError(problem.message, problem.next_step, problem.value) from None


class _Reading:
    """One read of the table."""

    def __init__(self, source: DatabaseSource, connection: sa.Connection, period: str | None, zone: str) -> None:
        self.source, self.connection = source, connection
        self.deadline = time.monotonic() + source.total_timeout_s
        parts = [sa.quoted_name(one, quote=True) for one in table_parts(source.table)]
        self.table = sa.table(parts[-1], schema=parts[0] if len(parts) == 2 else None)
        self.types = table_columns(connection, source, table_parts(source.table))
        self.columns = self._columns()
        self.conditions: list[sa.ColumnElement[bool]] = [
            sa.cast(_column(one.column), sa.Text).in_([sa.literal(value) for value in one.in_]) for one in source.where
        ]
        if period and source.period_column:
            self._refuse_undated(source.period_column)
            declared = self.types[source.period_column]
            self.conditions.append(within(source, _column(source.period_column), declared, period, zone))

    def save(self, target: Path) -> None:
        # The key comes after the columns asked for, which it may be none of.
        width, key = len(self.columns), [_column(name) for name in self.source.order_by]
        query = sa.select(*(one.fetched for one in self.columns), *key).select_from(self.table)
        rows = self.connection.execute(query.where(*self.conditions).order_by(*key))
        same = itemgetter(*range(width, width + len(key)))
        last: Any = None
        with TableFile(target, [(one.name, one.kept) for one in self.columns]) as file:
            for part in self._parts(rows, file):
                for row in part:
                    if last is not None and same(row) == last:
                        names = ", ".join(self.source.order_by)
                        raise PullError(
                            "several rows share one key, so they have no fixed order",
                            "Name in source.order_by the columns that together are a key.",
                            names,
                        )
                    last = same(row)

    def _parts(self, rows: sa.CursorResult[Any], file: TableFile) -> Iterator[list[Any]]:
        """Rows as they arrive, added to the file; as many at a time as memory is meant to hold."""
        size, seen = _FIRST_ROWS, 0
        while part := rows.fetchmany(size):
            if time.monotonic() > self.deadline:
                raise _too_slow(self.source)
            seen += len(part)
            self._add(part, file)
            if file.bytes > self.source.max_bytes:
                raise PullError(
                    f"the table is larger than the {self.source.max_bytes} bytes the contract allows",
                    "Ask by period or for fewer columns, or raise source.max_bytes.",
                    self.source.table,
                )
            yield list(part)
            size = max(1, min(_MOST_ROWS, _FETCH_BYTES * seen // max(1, file.bytes)))

    def _add(self, part: Any, file: TableFile) -> None:
        try:
            width = len(self.columns)
            file.add([tuple(as_text(one) for one in row[:width]) for row in part] if self.source.is_file else part)
        except (TypeError, pa.ArrowException):
            raise PullError(
                "a column holds values that are not of its type",
                "Say in source.read_as whether it is text or hex.",
                self.source.table,
            ) from None

    def _columns(self) -> list[TableColumn]:
        source, known = self.source, list(self.types)
        chosen = known if source.columns == "all" else source.columns
        require_columns(known, chosen, "source.columns")
        require_columns(known, source.order_by, "source.order_by")
        require_columns(known, list(source.read_as), "source.read_as")
        require_columns(known, [one.column for one in source.where], "source.where")
        require_columns(known, [source.period_column] if source.period_column else [], "source.period_column")
        return [fetched_column(source, name, self.types[name]) for name in chosen]

    def _refuse_undated(self, name: str) -> None:
        if self.source.undated == "leave_out":
            return
        undated = of_no_period(self.source, _column(name))
        asked = sa.select(sa.literal(1)).select_from(self.table).where(undated, *self.conditions).limit(1)
        if self.connection.execute(asked).first() is not None:
            raise PullError(
                "the table has rows that belong to no period, which nobody would ever ask for",
                "Have them filled, or leave them out knowingly: source.undated: leave_out.",
                name,
            )


def _column(name: str) -> sa.ColumnElement[Any]:
    return sa.column(sa.quoted_name(name, quote=True))


def _errors() -> tuple[type[Exception], ...]:
    """What the libraries raise; the drivers' own too, where SQLAlchemy does not wrap them."""
    import sqlite3

    import psycopg

    return sa.exc.SQLAlchemyError, psycopg.Error, sqlite3.Error, UnicodeDecodeError


def _too_slow(source: DatabaseSource) -> PullError:
    return PullError(
        f"the whole read took longer than {source.total_timeout_s:g} s",
        "Try later, or raise source.total_timeout_s.",
        source.table,
        transient=True,
    )
