"""DHIS2's answers for the tests of reading them: opened as a table, and made from documents."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import duckdb

from sga_pipeline.conform.open_delivery import open_delivery
from sga_pipeline.contracts.formats import Dhis2Format

JSON = Dhis2Format(kind="dhis2", levels=[2])
Table = list[dict[str, str | None]]


def opened(file: Path, form: Dhis2Format = JSON) -> Table:
    with duckdb.connect() as con:
        found = open_delivery(con, file, form, file.parent)
        rows = con.execute(f"select * from {found.relation}").fetchall()
        return [dict(zip(found.header, row, strict=True)) for row in rows]


def from_text(tmp_path: Path, document: object) -> Table:
    file = tmp_path / "answer.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    return opened(file)


def pages(tmp_path: Path, *documents: object) -> Path:
    file = tmp_path / "answer.pages"
    with zipfile.ZipFile(file, "w") as archive:
        for number, document in enumerate(documents):
            archive.writestr(f"page-{number}", json.dumps(document))
    return file
