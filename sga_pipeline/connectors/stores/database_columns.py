"""How each column of a table is asked for and kept: plain values with their type, all others as the text the database writes."""

from __future__ import annotations

import difflib
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from sga_pipeline.contracts.sources.database import DatabaseSource
from sga_pipeline.errors import PullError

_INTEGERS = (sa.SmallInteger, sa.Integer, sa.BigInteger)
# Text that reaches us as text; every other known type is turned into text by the database itself.
_TEXTS = (sa.String, sa.Enum)


@dataclass(frozen=True)
class TableColumn:
    """One column of the table: its name, its type as the database declares it, and what is fetched of it."""

    name: str
    type: sa.types.TypeEngine[Any]
    fetched: sa.ColumnElement[Any]
    kept: pa.DataType


def table_columns(connection: sa.Connection, source: DatabaseSource, parts: list[str]) -> dict[str, Any]:
    """Every column of the table and its type, in the table's order."""
    schema = parts[0] if len(parts) == 2 else None
    inspector = sa.inspect(connection)
    try:
        with warnings.catch_warnings():
            # A type the library does not know is met below, with a next step.
            warnings.simplefilter("ignore", sa.exc.SAWarning)
            found = {one["name"]: one["type"] for one in inspector.get_columns(parts[-1], schema=schema)}
    except sa.exc.NoSuchTableError:
        found = {}
    if not found:
        names = [*inspector.get_table_names(schema), *inspector.get_view_names(schema)]
        near = difflib.get_close_matches(parts[-1], names, n=3, cutoff=0.6)
        next_step = f"Was it renamed? There is {', '.join(near)}." if near else "Correct source.table."
        raise PullError("the database has no such table, or the user may not see it", next_step, source.table)
    return found


def require_columns(known: Sequence[str], chosen: Sequence[str], key: str) -> None:
    """Raise where a contract names a column the table lacks."""
    for name in chosen:
        if name not in known:
            raise PullError(f"the table has no such column; it has {', '.join(known)}"[:500], f"Correct {key}.", name)


def fetched_column(source: DatabaseSource, name: str, declared: sa.types.TypeEngine[Any]) -> TableColumn:
    """How a column is asked for."""
    column: sa.ColumnElement[Any] = sa.column(sa.quoted_name(name, quote=True))
    plain = getattr(declared, "data_type", declared)
    how = source.read_as.get(name)
    if how == "wkt":
        return TableColumn(name, plain, sa.func.ST_AsText(column), pa.string())
    if how == "hex":
        return TableColumn(name, plain, _hex(source, column), pa.string())
    if how == "text":
        return TableColumn(name, plain, sa.cast(column, sa.Text), pa.string())
    if source.is_file:
        # A file's columns hold any kind of value, whatever they declare.
        return TableColumn(name, plain, column, pa.string())
    if isinstance(plain, sa.types.NullType | sa.LargeBinary):
        raise PullError(
            "a column is of a type that is no plain value",
            "Leave it out of source.columns, or say in source.read_as whether it is text, hex or wkt.",
            name,
        )
    if isinstance(plain, postgresql.INET):
        # The cast to text adds a mask that the address itself is not written with.
        whole = sa.func.nullif(sa.func.format(sa.literal("%s"), column), sa.literal(""))
        return TableColumn(name, plain, whole, pa.string())
    kept = _kept(plain)
    return TableColumn(name, plain, column if kept else sa.cast(column, sa.Text), kept or pa.string())


def _kept(plain: sa.types.TypeEngine[Any]) -> pa.DataType | None:
    """The type a value is kept in as it comes; None where only its text is exact."""
    if isinstance(plain, sa.Boolean):
        return pa.bool_()
    if isinstance(plain, _INTEGERS):
        return pa.int64()
    if isinstance(plain, sa.REAL):
        return pa.float32()
    if isinstance(plain, sa.Float):
        return pa.float64()
    if isinstance(plain, sa.Date):
        return pa.date32()
    if isinstance(plain, sa.DateTime):
        return pa.timestamp("us", tz="UTC" if plain.timezone else None)
    if isinstance(plain, _TEXTS) and not isinstance(plain, postgresql.CITEXT):
        return pa.string()
    return None


def _hex(source: DatabaseSource, column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    return sa.func.lower(sa.func.hex(column)) if source.is_file else sa.func.encode(column, sa.literal("hex"))


def as_text(value: Any) -> str | None:
    """A value of a database file as text: whole numbers plain, others in the shortest form that reads back the same."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, int | float):
        return repr(value)
    raise TypeError("binary")
