"""Reads a release: never writes, never reaches outside it, never holds up a run."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import duckdb

from sga_pipeline.errors import SgaError
from sga_pipeline.home import Home
from sga_pipeline.publish.manifest import read_manifest
from sga_pipeline.publish.pointer import point_to, published_cities, release_ids, require_current

# Nothing is written, and nothing outside the file is read.
SETTINGS = "set TimeZone = 'UTC'; set enable_external_access = false; set lock_configuration = true"
HAS_EVIDENCE = "select count(*) > 0 from duckdb_schemas() where schema_name = 'evidence'"


def only_city(home: Home) -> str:
    """The one city with a release, where a command leaves the city out."""
    cities = published_cities(home)
    if len(cities) != 1:
        raise SgaError(
            "which city is meant is not clear",
            f"Name one of: {', '.join(cities) or 'none has a release yet'}.",
            len(cities),
        )
    return cities[0]


def run_query(release: Path, sql: str, parameters: list[Any] | None = None) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Columns and rows of a query on one release."""
    con = duckdb.connect(str(release / "sga.duckdb"), read_only=True)
    try:
        # A table of evidence is also found by its name alone. A release made before there were two schemas has one.
        if con.execute(HAS_EVIDENCE).fetchone() == (True,):
            con.execute("set search_path = 'main,evidence'")
        con.execute(SETTINGS)
        result = con.execute(sql, parameters or [])
        return [column[0] for column in result.description or []], result.fetchall()
    except duckdb.Error as error:
        raise SgaError(
            f"the query failed: {str(error).strip().splitlines()[0]}",
            "Correct the query; `sga sql` shows tables with: show tables.",
        ) from None
    finally:
        con.close()


def verify(release: Path) -> None:
    """Raise where the database of a release is not the one its manifest pins."""
    if not is_whole(release):
        raise SgaError(
            "this release was altered or damaged since it was made", "Choose another: sga releases CITY.", release.name
        )


def is_whole(release: Path) -> bool:
    """Whether the database of a release is the one its manifest pins."""
    pinned = read_manifest(release).get("database_sha256")
    database = release / "sga.duckdb"
    return bool(pinned) and database.is_file() and hashlib.sha256(database.read_bytes()).hexdigest() == pinned


def roll_back(home: Home, city_id: str, release_id: str) -> Path:
    """Put an older release in force again, after making sure that it is whole."""
    require_current(home, city_id)
    if release_id not in release_ids(home, city_id):
        raise SgaError(
            "there is no such release", f"Choose one of: {', '.join(release_ids(home, city_id))}.", release_id
        )
    release = home.published(city_id) / release_id
    verify(release)
    with home.lock(city_id):
        point_to(home, city_id, release_id)
    return release
