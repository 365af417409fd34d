"""Whether a city's warehouse has all that a release publishes: the gate before a release asks this."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from sga_pipeline.errors import SgaError
from sga_pipeline.warehouse.published_relations import Relation, published_relations

_NEXT_STEP = "Build the warehouse again; nothing was published and the last release is untouched."


def published_rows(
    warehouse: Path, city_id: str, relations: Sequence[Relation] | None = None
) -> dict[Relation, int | None]:
    """The rows of each table and view that a release publishes, or an error that names what is missing; a view has no rows of its own."""
    if not warehouse.is_file():
        raise SgaError(f"there is no warehouse of the city [{city_id}]", _NEXT_STEP, warehouse)
    with duckdb.connect(str(warehouse), read_only=True) as con:
        found = con.execute(
            "select schema_name, table_name, estimated_size from duckdb_tables() "
            "union all select schema_name, view_name, null from duckdb_views()"
        ).fetchall()
        rows = {(schema, name): number for schema, name, number in found}
        relations = published_relations() if relations is None else relations
        for one in relations:
            if (one.schema, one.name) not in rows:
                raise SgaError(f"the table [{one.label}] is missing in the warehouse", _NEXT_STEP, warehouse)
        if con.execute("select city_id from main.cities").fetchall() != [(city_id,)]:
            raise SgaError(f"the warehouse is not that of the city [{city_id}]", _NEXT_STEP, warehouse)
    return {one: rows[one.schema, one.name] for one in relations}
