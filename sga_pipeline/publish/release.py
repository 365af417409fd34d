"""Makes the release of a city: copies the published tables aside, checks what was written, adds its pages, then switches to it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sga_pipeline.home import Home
from sga_pipeline.publish.canonical import VOLATILE
from sga_pipeline.publish.data_docs import write_data_docs
from sga_pipeline.publish.manifest import ReleaseInputs, surroundings
from sga_pipeline.publish.put_in_force import (
    Release,
    attach,
    built_aside,
    check_written,
    connection,
    content_hash,
    put_in_force,
)
from sga_pipeline.publish.release_tables import copy_tables, write_downloads
from sga_pipeline.site import write_gap_pages
from sga_pipeline.warehouse.published_relations import Relation, published_relations

NEVER_EMPTY = {"areas", "cities", "indicators", "sources"}


def publish(
    home: Home, city_id: str, *, manifest_inputs: ReleaseInputs, relations: Sequence[Relation] | None = None
) -> Release:
    """Publish what the warehouse holds for a city: what the dbt project declares, or the relations given."""
    relations = published_relations() if relations is None else relations
    with built_aside(home, city_id) as aside:
        manifest = _write(home, city_id, aside, manifest_inputs, relations)
        return put_in_force(home, city_id, aside, manifest)


def _write(
    home: Home, city_id: str, aside: Path, inputs: ReleaseInputs, relations: Sequence[Relation]
) -> dict[str, Any]:
    target = aside / "sga.duckdb"
    con = connection()
    try:
        attach(con, home.warehouse(city_id), "warehouse", read_only=True)
        attach(con, target, "release")
        copy_tables(con, city_id, relations)
        write_downloads(con, relations, aside / "downloads")
        write_data_docs(con, city_id, aside)
        deliveries = con.execute(
            "select feed_id, sha256, period, retrieved_at, rows_in, rows_kept from release.main.deliveries "
            "where accepted order by all"
        ).fetchall()
    finally:
        con.close()
    tables = check_written(target, relations, NEVER_EMPTY)
    pages = write_gap_pages(aside, as_of=inputs.as_of)
    names = ("feed_id", "sha256", "period", "retrieved_at", "rows_in", "rows_kept")
    return {
        "city_id": city_id,
        "as_of": inputs.as_of.isoformat(),
        "content_sha256": content_hash(tables),
        "programme_release": inputs.programme_release,
        "input_fingerprint": inputs.fingerprint,
        **surroundings(),
        "contracts": inputs.contracts,
        "tables": tables,
        "volatile_columns": list(VOLATILE),
        "pages": {page.name: hashlib.sha256(page.read_bytes()).hexdigest() for page in pages},
        "deliveries": [
            dict(zip(names, (str(v) if v is not None else None for v in row), strict=True)) for row in deliveries
        ],
        "database_sha256": hashlib.sha256(target.read_bytes()).hexdigest(),
    }
