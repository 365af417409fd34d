"""What a release holds, in the words it carries itself: its tables and views, and the columns of one of them."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from pathlib import Path

from sga_pipeline.errors import SgaError
from sga_pipeline.publish.manifest import read_manifest
from sga_pipeline.publish.query import run_query
from sga_pipeline.publish.release_tables import KEY_MARK

RELATIONS = """
from (
    select schema_name, table_name as name, comment from duckdb_tables()
    union all
    select schema_name, view_name, comment from duckdb_views() where not internal
)
order by schema_name <> 'main', schema_name, name
"""
COLUMNS = """
select column_name, data_type, comment from duckdb_columns()
where schema_name = ? and table_name = ? order by column_index
"""


@dataclass(frozen=True)
class Described:
    """A table or view of a release. `name` is how a query names it."""

    name: str
    kind: str
    rows: int | None
    description: str
    key: list[str]


@dataclass(frozen=True)
class DescribedColumn:
    """A column of a table or view."""

    name: str
    type: str
    in_key: bool
    description: str


def describe_release(release: Path) -> list[Described]:
    """Every table and view, those for people first."""
    facts = read_manifest(release).get("tables", {})
    found = []
    for schema, name, comment in run_query(release, RELATIONS)[1]:
        label = name if schema == "main" else f"{schema}.{name}"
        fact = facts.get(label, {})
        found.append(
            Described(
                name=label,
                kind=fact.get("kind", "table"),
                rows=fact.get("rows"),
                description=(comment or "").partition(KEY_MARK)[0],
                key=fact.get("key", []),
            )
        )
    return found


def describe_table(release: Path, asked: str) -> tuple[Described, list[DescribedColumn]]:
    """One table or view with its columns; evidence is also found without its schema."""
    known = {one.name: one for one in describe_release(release)}
    found = known.get(asked) or known.get(f"evidence.{asked}")
    if found is None:
        near = difflib.get_close_matches(asked, known, n=5, cutoff=0.4)
        raise SgaError(
            "there is no such table in this release",
            f"Choose one of: {', '.join(near)}." if near else "List them with: sga tables.",
            asked,
        )
    schema, _, name = found.name.rpartition(".")
    columns = [
        DescribedColumn(column, kind.lower(), column in found.key, comment or "")
        for column, kind, comment in run_query(release, COLUMNS, [schema or "main", name])[1]
    ]
    return found, columns
