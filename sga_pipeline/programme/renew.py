"""Renews the programme's release: from the releases in force, city by city, and only where one of them has changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from sga_pipeline.errors import NoDataYet, SgaError
from sga_pipeline.home import PROGRAMME, Home
from sga_pipeline.programme.releases_in_force import InForce, releases_in_force
from sga_pipeline.programme.taking_in import take_in
from sga_pipeline.publish.canonical import VOLATILE
from sga_pipeline.publish.manifest import read_manifest, surroundings
from sga_pipeline.publish.pointer import current_release
from sga_pipeline.publish.put_in_force import (
    Release,
    attach,
    built_aside,
    check_written,
    connection,
    content_hash,
    put_in_force,
)
from sga_pipeline.publish.query import is_whole
from sga_pipeline.publish.release_tables import comment, write_downloads
from sga_pipeline.run_records.write_records import program_hash
from sga_pipeline.warehouse.published_relations import Relation, programme_relations, programme_sources


@dataclass(frozen=True)
class Renewed:
    """The programme's release in force, and the cities it leaves out with the reason."""

    release: Release
    cities: int
    left_out: dict[str, str]


def renew_programme(home: Home) -> Renewed:
    """Make the release anew where a city's release in force has changed, and put it in force."""
    # Two cities that end at the same time both come here: the second waits for the first.
    with home.lock(PROGRAMME, wait=True):
        releases = releases_in_force(home)
        if not releases:
            raise NoDataYet("no city of this home has a release", "Run one: sga run CITY_DIR.", home.path)
        program = program_hash()
        before = _before(home)
        standing = read_manifest(before) if before else {}
        fingerprint = _fingerprint(program, releases)
        if before and standing.get("input_fingerprint") == fingerprint:
            counts = {table: one["rows"] for table, one in standing["tables"].items()}
            return Renewed(Release(before.name, before, False, counts), len(releases), standing["left_out"])
        kept = _unchanged(standing, program, releases)
        with built_aside(home, PROGRAMME) as aside:
            tables, left_out = _write(aside, releases, before, kept)
            manifest = {
                "programme": [one.city_id for one in releases],
                "as_of": max((one.as_of for one in releases if one.as_of), default=None),
                "content_sha256": content_hash(tables),
                "input_fingerprint": fingerprint,
                "program_sha256": program,
                "releases": {
                    one.city_id: {"release_id": one.path.name, "content_sha256": one.content} for one in releases
                },
                "left_out": left_out,
                **surroundings(),
                "tables": tables,
                "volatile_columns": list(VOLATILE),
                "database_sha256": hashlib.sha256((aside / "sga.duckdb").read_bytes()).hexdigest(),
            }
            return Renewed(put_in_force(home, PROGRAMME, aside, manifest), len(releases), left_out)


def _before(home: Home) -> Path | None:
    """The release in force, if it is whole: of a damaged one nothing is kept."""
    now = current_release(home, PROGRAMME)
    return now if now and is_whole(now) else None


def _fingerprint(program: str, releases: Sequence[InForce]) -> str:
    said = [(one.city_id, one.content, one.as_of, None if one.content else one.path.name) for one in releases]
    return hashlib.sha256(json.dumps([program, said]).encode()).hexdigest()


def _unchanged(standing: dict[str, Any], program: str, releases: Sequence[InForce]) -> set[str]:
    """Cities whose releases say what they said when the programme's release in force was made by this same program."""
    if standing.get("program_sha256") != program:
        return set()
    then = {city_id: one["content_sha256"] for city_id, one in standing["releases"].items()}
    return {
        one.city_id
        for one in releases
        if one.content and then.get(one.city_id) == one.content and one.city_id not in standing["left_out"]
    }


def _write(
    aside: Path, releases: Sequence[InForce], before: Path | None, kept: Collection[str]
) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    """The database and the downloads. What is made is asked for its declared columns and key, as dbt's tests ask a city's tables."""
    sources, made = programme_sources(), programme_relations()
    relations = [*made, *sources]
    con = connection()
    try:
        attach(con, aside / "sga.duckdb", "release")
        if before and kept:
            attach(con, before / "sga.duckdb", "before", read_only=True)
        for schema in ("main", "evidence"):
            con.execute(f"create schema if not exists release.{schema}")
        left_out = take_in(con, sources, releases, kept)
        _put_in_order(con, sources)
        con.execute("use release")
        for one, sql in made.items():
            order = "" if one.is_view else " order by all"
            con.execute(
                f"create {'view' if one.is_view else 'table'} release.{one.sql_name} as select * from ({sql}\n){order}"
            )
            _check(con, one)
        con.execute("use memory")
        for one in relations:
            comment(con, one)
        write_downloads(con, [one for one in relations if not one.is_view], aside / "downloads")
    finally:
        con.close()
    return check_written(aside / "sga.duckdb", relations, {"cities"}), left_out


def _put_in_order(con: duckdb.DuckDBPyConnection, sources: Sequence[Relation]) -> None:
    """The same rows in the same order, whichever city was taken in first."""
    for one in sources:
        con.execute(
            f"create or replace table release.{one.sql_name} as select * from release.{one.sql_name} order by all"
        )


def _check(con: duckdb.DuckDBPyConnection, relation: Relation) -> None:
    found = [
        (str(name), str(kind).lower())
        for name, kind, *_ in con.execute(f"describe release.{relation.sql_name}").fetchall()
    ]
    declared = [(column.name, column.type.lower()) for column in relation.columns]
    if found != declared:
        wrong = sorted(set(found) ^ set(declared))
        raise SgaError(
            f"the table [{relation.name}] of the programme is not as declared", "Correct its model or its yml.", wrong
        )
    key = ", ".join(f'"{column}"' for column in relation.key)
    twice = (
        ""
        if relation.is_view
        else con.execute(
            f"select {key} from release.{relation.sql_name} group by all having count(*) > 1 limit 1"
        ).fetchone()
    )
    if twice:
        raise SgaError(f"the table [{relation.name}] of the programme has a key twice", "Correct its model.", twice)
