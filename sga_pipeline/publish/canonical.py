"""The canonical hash of a table: equal for equal content, whatever the order of rows, threads, time zone or locale."""

from __future__ import annotations

import hashlib

import duckdb

# Columns that say when something was looked at, not what was found; they differ between equal runs.
VOLATILE = (
    "retrieved_at",
    "first_retrieved",
    "latest_retrieved",
    "received_on",
    "as_of",
    "first_seen",
    "last_seen",
    "run_id",
)


def canonical_hash(con: duckdb.DuckDBPyConnection, table: str) -> str:
    """SHA-256 over one SHA-256 for each row, in their order. Floats count to 12 digits."""
    columns = con.execute(f'describe "{table}"').fetchall()
    texts = [_text(name, kind) for name, kind, *_ in columns if name not in VOLATILE]
    header = "|".join(f"{name} {kind}" for name, kind, *_ in columns if name not in VOLATILE)
    digest = hashlib.sha256(header.encode())
    rows = con.execute(
        f'select sha256(concat_ws(chr(31), {", ".join(texts)})) as row_hash from "{table}" order by row_hash'
    )
    while block := rows.fetchmany(50_000):
        digest.update("".join(row[0] for row in block).encode())
    return digest.hexdigest()


def _text(name: str, kind: str) -> str:
    quoted = '"' + name.replace('"', '""') + '"'
    if kind in {"DOUBLE", "FLOAT"}:
        # printf is the same everywhere; casting a double to text prints more digits than sums can promise.
        return f"coalesce(printf('%.12g', {quoted} + 0.0), chr(30))"
    return f"coalesce({quoted}::varchar, chr(30))"
