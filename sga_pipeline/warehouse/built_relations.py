"""What a warehouse that was built knows of each of its tables and views: the rows, and the types of the columns."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

# Views that divide one table or view among them, by the first part of their names: one query counts all of them.
_PART = re.compile(r"ind_\d+_|g\d+[a-z]?_")
_ROWS_OF_PARTS = (
    """
    select concat('ind_', category_no, '_') as part, count(*)
    from indicators.indicator_values inner join catalogue.indicator_catalogue using (indicator_id)
    group by part
    """,
    """
    select concat(lower(gap_code), '_') as part, count(*)
    from gaps.all_findings anti join gaps.findings_of_expectations using (rule_id)
    group by part
    """,
)


@dataclass
class BuiltRelation:
    """One table or view as it was built."""

    rows: int
    types: dict[str, str] = field(default_factory=dict)


def built_relations(warehouse: Path) -> dict[tuple[str, str], BuiltRelation]:
    """Every table and view, by schema and name."""
    # Most of what is counted is small: sharing it among threads would cost more than it saves.
    with duckdb.connect(str(warehouse), read_only=True, config={"threads": 1}) as con:
        # DuckDB keeps the number with each table. Where nothing is deleted, as in a warehouse built from nothing, it is exact.
        tables = con.execute("select schema_name, table_name, estimated_size from duckdb_tables()").fetchall()
        found = {(schema, name): BuiltRelation(rows) for schema, name, rows in tables}
        parts = {part: rows for query in _ROWS_OF_PARTS for part, rows in con.execute(query).fetchall()}
        views = con.execute("select schema_name, view_name from duckdb_views() where not internal").fetchall()
        for schema, name in views:
            part = _PART.match(name)
            found[schema, name] = BuiltRelation(parts.get(part[0], 0) if part else _count(con, schema, name))
        columns = con.execute(
            "select schema_name, table_name, column_name, lower(data_type) from duckdb_columns() where not internal"
        ).fetchall()
        for schema, name, column, kind in columns:
            found[schema, name].types[column] = kind
    return found


def _count(con: duckdb.DuckDBPyConnection, schema: str, name: str) -> int:
    [rows] = con.execute(f'select count(*) from "{schema}"."{name}"').fetchone() or [0]
    return int(rows)
