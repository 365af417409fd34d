"""A release is published with its pages: written aside with it, pinned in its manifest, readable by everyone."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import duckdb

from sga_pipeline.home import Home
from sga_pipeline.publish.manifest import ReleaseInputs, read_manifest
from sga_pipeline.publish.release import REQUIRED, Release, publish
from tests.release_tables import CITY, write_release

INPUTS = ReleaseInputs("fingerprint", date(2025, 3, 1))


def warehouse(folder: Path) -> Home:
    """A home whose warehouse holds what the small release holds, and the tables its pages do not read."""
    source = write_release(folder / "source", languages=["fr"]) / "sga.duckdb"
    home = Home(folder / "home")
    home.prepare()
    with duckdb.connect(str(home.warehouse)) as con:
        con.execute(f"attach '{source}' as source (read_only)")
        con.execute("create schema published")
        for (table,) in con.execute(
            "select table_name from information_schema.tables where table_catalog = 'source'"
        ).fetchall():
            city = f"'{CITY}' as city_id, " if table == "indicators" else ""
            con.execute(f"create table published.{table} as select {city}* from source.{table}")
        for table in REQUIRED:
            con.execute(f"create table if not exists published.{table} (city_id varchar)")
        con.execute("create schema checks")
        con.execute("create table checks.data_docs (city_id varchar, path varchar, html varchar)")
    return home


def released(home: Home) -> Release:
    return publish(home, CITY, manifest_inputs=INPUTS)


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
