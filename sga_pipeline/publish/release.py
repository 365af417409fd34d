"""Makes a release: copies the published tables aside, checks what was written, adds its pages, then switches to it."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from sga_pipeline.errors import SgaError
from sga_pipeline.home import Home, home_error, sync_folder
from sga_pipeline.publish.canonical import VOLATILE, canonical_hash, view_hash
from sga_pipeline.publish.data_docs import write_data_docs
from sga_pipeline.publish.manifest import ReleaseInputs, read_manifest, surroundings
from sga_pipeline.publish.pointer import current_release, point_to
from sga_pipeline.publish.release_tables import copy_tables, key_of, write_downloads
from sga_pipeline.site import write_gap_pages
from sga_pipeline.warehouse.published_relations import Relation, published_relations

NEVER_EMPTY = {"areas", "cities", "indicators", "sources"}
BUILDING = ".building-"


@dataclass(frozen=True)
class Release:
    """A release in force. `created` is False where the one in force already said the same."""

    release_id: str
    path: Path
    created: bool
    row_counts: dict[str, int]


def publish(
    home: Home, city_id: str, *, manifest_inputs: ReleaseInputs, relations: Sequence[Relation] | None = None
) -> Release:
    """Publish what the warehouse holds for a city: what the dbt project declares, or the relations given."""
    relations = published_relations() if relations is None else relations
    folder = home.published(city_id)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _open_to_readers(home.path / "published", folder)
        for left in folder.glob(f"{BUILDING}*"):
            shutil.rmtree(left, ignore_errors=True)
        aside = folder / f"{BUILDING}{os.getpid()}"
        aside.mkdir()
        manifest = _write(home, city_id, aside, manifest_inputs, relations)
        return _switch(home, city_id, aside, manifest)
    except OSError as error:
        raise home_error(error, folder) from None
    except duckdb.Error as error:
        full = "No space left" in str(error)
        step = "Free some space and run again." if full else "See the message; nothing was published."
        message = "the disk is full" if full else f"the release could not be written: {str(error).splitlines()[0]}"
        raise SgaError(message, f"{step} The last release is untouched.", folder) from None


def _write(
    home: Home, city_id: str, aside: Path, inputs: ReleaseInputs, relations: Sequence[Relation]
) -> dict[str, Any]:
    target = aside / "sga.duckdb"
    con = duckdb.connect(
        config={"autoinstall_known_extensions": False, "autoload_known_extensions": False, "threads": 2}
    )
    try:
        con.execute("set TimeZone = 'UTC'")
        con.execute(f"attach '{_escaped(home.warehouse)}' as warehouse (read_only)")
        con.execute(f"attach '{_escaped(target)}' as release")
        copy_tables(con, city_id, relations)
        write_downloads(con, relations, aside / "downloads")
        write_data_docs(con, city_id, aside)
        deliveries = con.execute(
            "select feed_id, sha256, period, retrieved_at, rows_in, rows_kept from release.main.deliveries "
            "where accepted order by all"
        ).fetchall()
    finally:
        con.close()
    tables = _check(target, relations)
    pages = write_gap_pages(aside, as_of=inputs.as_of)
    content = hashlib.sha256(
        json.dumps({name: one["sha256"] for name, one in tables.items()}, sort_keys=True).encode()
    ).hexdigest()
    names = ("feed_id", "sha256", "period", "retrieved_at", "rows_in", "rows_kept")
    return {
        "city_id": city_id,
        "as_of": inputs.as_of.isoformat(),
        "content_sha256": content,
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


def _check(target: Path, relations: Sequence[Relation]) -> dict[str, dict[str, Any]]:
    """Read back what was written: only what a reader will find is hashed and counted."""
    if target.with_name(f"{target.name}.wal").exists():
        raise SgaError("the release was not written to its end", "Run again; the last release is untouched.", target)
    con = duckdb.connect(str(target), read_only=True)
    try:
        con.execute("set TimeZone = 'UTC'")
        tables = {}
        for one in relations:
            counted = con.execute(f"select count(*) from {one.sql_name}").fetchone()
            tables[one.label] = {
                "kind": "view" if one.is_view else "table",
                "key": list(key_of(one)),
                "rows": counted[0] if counted else 0,
                # A view says nothing that its tables do not; what it can change is its SQL.
                "sha256": view_hash(con, one.schema, one.name) if one.is_view else canonical_hash(con, one.sql_name),
            }
    finally:
        con.close()
    for table in sorted(NEVER_EMPTY):
        if tables[table]["rows"] == 0:
            raise SgaError(
                f"the table [{table}] of the release would be empty", "See the run's log; nothing was published.", table
            )
    return tables


def _switch(home: Home, city_id: str, aside: Path, manifest: dict[str, Any]) -> Release:
    counts = {name: one["rows"] for name, one in manifest["tables"].items()}
    now = current_release(home, city_id)
    standing = read_manifest(now) if now else {}
    if now and all(standing.get(key) == manifest[key] for key in ("content_sha256", "input_fingerprint", "as_of")):
        shutil.rmtree(aside)
        return Release(now.name, now, False, counts)
    made = datetime.now(UTC)
    release_id = f"{made:%Y%m%dT%H%M%SZ}-{manifest['content_sha256'][:8]}"
    manifest = {"release_id": release_id, "created_at": made.isoformat(timespec="seconds"), **manifest}
    (aside / "manifest.json").write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    _settle(aside)
    final = home.published(city_id) / release_id
    if final.exists():
        shutil.rmtree(final)
    os.rename(aside, final)
    point_to(home, city_id, release_id)
    return Release(release_id, final, True, counts)


def _settle(folder: Path) -> None:
    """On disk for good, and readable by everyone though the rest of the home is private."""
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            file.chmod(0o644)
            with file.open("rb") as stream:
                os.fsync(stream.fileno())
        else:
            file.chmod(0o755)
    folder.chmod(0o755)
    sync_folder(folder)


def _open_to_readers(*folders: Path) -> None:
    for folder in folders:
        folder.chmod(0o755)


def _escaped(path: Path) -> str:
    return str(path).replace("'", "''")
