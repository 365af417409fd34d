"""The canonical hash of a table or view: equal for equal content, whatever the order of rows, threads, time zone or locale."""

from __future__ import annotations

import hashlib
import re

import duckdb

# Columns that say when something was looked at, not what was found; they differ between equal runs.
VOLATILE = (
    "retrieved_at",
    "first_retrieved",
    "latest_retrieved",
    "received_on",
    "data_as_of",
    "first_seen",
    "last_seen",
    "is_new",
    "run_id",
    # A release of a city is named after the moment it was made.
    "release_id",
)
_LEFT_OUT = re.compile(r"EXCLUDE \(([^()]*)\)")


def canonical_hash(con: duckdb.DuckDBPyConnection, table: str) -> str:
    """SHA-256 over one SHA-256 for each row, in their order. Floats count to 12 digits. `table` is a name as SQL has it."""
    columns = con.execute(f"describe {table}").fetchall()
    texts = [_text(name, kind) for name, kind, *_ in columns if name not in VOLATILE]
    header = "|".join(f"{name} {kind}" for name, kind, *_ in columns if name not in VOLATILE)
    digest = hashlib.sha256(header.encode())
    rows = con.execute(
        f"select sha256(concat_ws(chr(31), {', '.join(texts)})) as row_hash from {table} order by row_hash"
    )
    while block := rows.fetchmany(50_000):
        digest.update("".join(row[0] for row in block).encode())
    return digest.hexdigest()


def view_hash(con: duckdb.DuckDBPyConnection, schema: str, view: str) -> str:
    """SHA-256 of the view's SQL: its rows follow from tables that have hashes of their own."""
    found = con.execute(
        "select sql from duckdb_views() where schema_name = ? and view_name = ? and not internal", [schema, view]
    ).fetchall()
    return hashlib.sha256(_with_names_in_order(str(found[0][0])).encode()).hexdigest()


def _with_names_in_order(sql: str) -> str:
    """DuckDB writes the columns that a view leaves out in any order, another one each time that the file was written."""
    return _LEFT_OUT.sub(lambda found: f"EXCLUDE ({', '.join(sorted(found[1].split(', ')))})", sql)


def _text(name: str, kind: str) -> str:
    quoted = '"' + name.replace('"', '""') + '"'
    if kind in {"DOUBLE", "FLOAT"}:
        # printf is the same everywhere; casting a double to text prints more digits than sums can promise.
        return f"coalesce(printf('%.12g', {quoted} + 0.0), chr(30))"
    return f"coalesce({quoted}::varchar, chr(30))"
