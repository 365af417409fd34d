"""Puts a release in force, a city's or the programme's: built aside, read back, made durable, then switched to in one step."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from sga_pipeline.errors import SgaError
from sga_pipeline.home import Home, home_error, sync_folder
from sga_pipeline.publish.canonical import canonical_hash, view_hash
from sga_pipeline.publish.manifest import read_manifest
from sga_pipeline.publish.pointer import current_release, point_to
from sga_pipeline.publish.query import is_whole
from sga_pipeline.publish.release_tables import key_of
from sga_pipeline.warehouse.published_relations import Relation

BUILDING = ".building-"


@dataclass(frozen=True)
class Release:
    """A release in force. `created` is False where the one in force already said the same."""

    release_id: str
    path: Path
    created: bool
    row_counts: dict[str, int]


@contextmanager
def built_aside(home: Home, name: str) -> Iterator[Path]:
    """The folder to build a release in, below those of its city or of the programme. Only for whoever holds its lock."""
    folder = home.published(name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _open_to_readers(home.path / "published", folder)
        for left in folder.glob(f"{BUILDING}*"):
            shutil.rmtree(left, ignore_errors=True)
        aside = folder / f"{BUILDING}{os.getpid()}"
        aside.mkdir()
        yield aside
    except OSError as error:
        raise home_error(error, folder) from None
    except duckdb.Error as error:
        full = "No space left" in str(error)
        step = "Free some space and run again." if full else "See the message; nothing was published."
        message = "the disk is full" if full else f"the release could not be written: {str(error).splitlines()[0]}"
        raise SgaError(message, f"{step} The last release is untouched.", folder) from None


def connection() -> duckdb.DuckDBPyConnection:
    """A connection that loads nothing by itself and knows one time zone."""
    con = duckdb.connect(
        config={"autoinstall_known_extensions": False, "autoload_known_extensions": False, "threads": 2}
    )
    con.execute("set TimeZone = 'UTC'")
    return con


def attach(con: duckdb.DuckDBPyConnection, file: Path, name: str, *, read_only: bool = False) -> None:
    """Open a database under a name."""
    path = str(file).replace("'", "''")
    con.execute(f"attach '{path}' as {name}{' (read_only)' if read_only else ''}")


def check_written(
    target: Path, relations: Sequence[Relation], never_empty: Collection[str]
) -> dict[str, dict[str, Any]]:
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
    for table in sorted(never_empty):
        if tables[table]["rows"] == 0:
            raise SgaError(
                f"the table [{table}] of the release would be empty", "See the run's log; nothing was published.", table
            )
    return tables


def content_hash(tables: Mapping[str, Mapping[str, Any]]) -> str:
    """One hash of what all the tables say."""
    hashes = {name: one["sha256"] for name, one in tables.items()}
    return hashlib.sha256(json.dumps(hashes, sort_keys=True).encode()).hexdigest()


def put_in_force(home: Home, name: str, aside: Path, manifest: dict[str, Any]) -> Release:
    """Switch to what was built aside, unless the release in force says the same."""
    counts = {table: one["rows"] for table, one in manifest["tables"].items()}
    now = current_release(home, name)
    standing = read_manifest(now) if now else {}
    says_the_same = all(standing.get(key) == manifest[key] for key in ("content_sha256", "input_fingerprint", "as_of"))
    # One that was damaged since is replaced, whatever its manifest says.
    if now and says_the_same and is_whole(now):
        shutil.rmtree(aside)
        return Release(now.name, now, False, counts)
    made = datetime.now(UTC)
    release_id = f"{made:%Y%m%dT%H%M%SZ}-{manifest['content_sha256'][:8]}"
    manifest = {"release_id": release_id, "created_at": made.isoformat(timespec="seconds"), **manifest}
    (aside / "manifest.json").write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    _settle(aside)
    final = home.published(name) / release_id
    if final.exists():
        shutil.rmtree(final)
    os.rename(aside, final)
    point_to(home, name, release_id)
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
