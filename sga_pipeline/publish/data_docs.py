"""Writes the pages that show each suite of checks into a release: rendered already, they need nothing but themselves."""

from __future__ import annotations

from pathlib import Path

import duckdb

FOLDER = "data_docs"


def write_data_docs(con: duckdb.DuckDBPyConnection, city_id: str, release: Path) -> None:
    """The pages of a city, as the attached warehouse holds them."""
    folder = release / FOLDER
    folder.mkdir()
    pages = con.execute(
        "select path, html from warehouse.expectations.data_docs where city_id = ? order by path", [city_id]
    ).fetchall()
    for path, html in pages:
        (folder / Path(path).name).write_text(html, encoding="utf-8")
