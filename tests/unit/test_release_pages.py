"""A release is published with its pages: written aside with it, pinned in its manifest, readable by everyone."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import duckdb
import pytest

from sga_pipeline.errors import SgaError
from sga_pipeline.home import Home
from sga_pipeline.publish.manifest import ReleaseInputs, read_manifest
from sga_pipeline.publish.query import run_query
from sga_pipeline.publish.release import Release, publish
from sga_pipeline.warehouse.published_relations import Column, Relation
from tests.release_tables import CITY, write_release

INPUTS = ReleaseInputs("fingerprint", date(2025, 3, 1))


# What the small warehouse holds beside the tables that pages read.
UNREAD = ("comparisons", "observations")
CHECKS = "check_name varchar, asset varchar, severity varchar, passed boolean, failed_rows bigint"


def warehouse(folder: Path) -> Home:
    """A home whose warehouse holds what the small release holds, and a view."""
    source = write_release(folder / "source", languages=["fr"]) / "sga.duckdb"
    home = Home(folder / "home")
    home.prepare()
    with duckdb.connect(str(home.warehouse(CITY))) as con:
        con.execute(f"attach '{source}' as source (read_only)")
        con.execute("create schema evidence")
        for schema, table in con.execute(
            "select table_schema, table_name from information_schema.tables where table_catalog = 'source'"
        ).fetchall():
            city = f"'{CITY}' as city_id, " if table == "indicators" else ""
            con.execute(f"create table {schema}.{table} as select {city}* from source.{schema}.{table}")
        for table in UNREAD:
            con.execute(f"create table {table} (city_id varchar)")
        con.execute(
            f"create table checks (city_id varchar, engine varchar, {CHECKS}, checked_rows bigint, about varchar)"
        )
        con.execute("create view newest_cells as select * from evidence.expected_cells where year = 2024")
        con.execute("create schema expectations")
        con.execute(f"create table expectations.dbt_tests (test_id varchar, {CHECKS})")
        con.execute(
            "insert into expectations.dbt_tests values ('test.1', 'unique_grain', 'main/gaps', 'critical', true, 0)"
        )
        con.execute("create table expectations.data_docs (city_id varchar, path varchar, html varchar)")
    return home


def declared(home: Home) -> list[Relation]:
    """What the small warehouse holds, as the dbt project would declare it."""
    with duckdb.connect(str(home.warehouse(CITY)), read_only=True) as con:
        found = con.execute(
            "select table_schema, table_name, table_type = 'VIEW' from information_schema.tables "
            "where table_schema in ('main', 'evidence') order by all"
        ).fetchall()
        return [
            Relation(
                schema, name, is_view, True, f"Rows of {name}.", ("city_id", "area_id"), _columns(con, schema, name)
            )
            for schema, name, is_view in found
        ]


def _columns(con: duckdb.DuckDBPyConnection, schema: str, name: str) -> tuple[Column, ...]:
    described = con.execute(f"describe {schema}.{name}").fetchall()
    return tuple(Column(column, kind, f"It's the {column}.") for column, kind, *_ in described)


def released(home: Home) -> Release:
    return publish(home, CITY, manifest_inputs=INPUTS, relations=declared(home))


def test_tables_views_descriptions_and_keys_are_carried_over(tmp_path: Path) -> None:
    release = released(warehouse(tmp_path))
    tables = read_manifest(release.path)["tables"]
    assert tables["evidence.expected_cells"]["kind"] == "table"
    assert tables["evidence.expected_cells"]["key"] == ["city_id", "area_id"]
    assert tables["indicators"]["key"] == ["area_id"]
    assert tables["newest_cells"]["kind"] == "view"
    assert tables["newest_cells"]["rows"] * 5 == tables["evidence.expected_cells"]["rows"]
    names, rows = run_query(release.path, "select distinct year from newest_cells")
    assert (names, rows) == (["year"], [(2024,)])
    # Readers of the command find evidence by its name alone.
    assert run_query(release.path, "select count(*) from expected_cells")[1][0][0] > 0
    _, comments = run_query(
        release.path,
        "select comment from duckdb_tables() where table_name = 'expected_cells' union all "
        "select comment from duckdb_views() where view_name = 'newest_cells' union all "
        "select comment from duckdb_columns() where table_name = 'cities' and column_name = 'name'",
    )
    assert [one for (one,) in comments] == [
        "Rows of expected_cells.\nKey: city_id, area_id",
        "Rows of newest_cells.\nKey: city_id, area_id",
        "It's the name.",
    ]
    assert (release.path / "downloads" / "evidence" / "expected_cells.parquet").is_file()
    assert (release.path / "downloads" / "newest_cells.parquet").is_file()


def test_tests_of_our_own_arithmetic_are_among_the_checks(tmp_path: Path) -> None:
    release = released(warehouse(tmp_path))
    _, rows = run_query(release.path, "select * from checks")
    assert rows == [(CITY, "dbt", "unique_grain", "main/gaps", "critical", True, 0, None, "us")]


def test_a_view_that_needs_more_than_the_release_is_an_error(tmp_path: Path) -> None:
    home = warehouse(tmp_path)
    with duckdb.connect(str(home.warehouse(CITY))) as con:
        con.execute("create view pages as select city_id, path from expectations.data_docs")
    with pytest.raises(SgaError, match="a view of the release reads what the release does not hold"):
        released(home)
    assert not [one for one in home.published(CITY).iterdir() if not one.name.startswith(".building")]


def test_pages_are_part_of_the_release(tmp_path: Path) -> None:
    release = released(warehouse(tmp_path))
    pages = sorted(release.path.glob("*.html"))
    assert [page.name for page in pages] == ["gaps.en.html", "gaps.html"]
    assert read_manifest(release.path)["pages"] == {
        page.name: hashlib.sha256(page.read_bytes()).hexdigest() for page in pages
    }
    assert {page.stat().st_mode & 0o777 for page in pages} == {0o644}
    assert "FR No homicide figure exists for Haven from 2023 on." in pages[1].read_text(encoding="utf-8")


def test_a_second_run_leaves_release_and_pages_alone(tmp_path: Path) -> None:
    home = warehouse(tmp_path)
    first = released(home)
    again = released(home)
    assert first.created
    assert not again.created
    assert [one.name for one in home.published(CITY).iterdir() if one.is_dir() and not one.is_symlink()] == [
        first.release_id
    ]
