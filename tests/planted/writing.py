"""Writes a made-up city as the folder that `sga check` and `sga run` take."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter
import yaml

from tests.planted.model import MadeCity, Table


def write_city(made: MadeCity, folder: Path) -> Path:
    """The city's folder, as `sga check` and `sga run` take it."""
    city = folder / made.id
    (city / "feeds").mkdir(parents=True)
    (city / "data").mkdir()
    (city / "city.yaml").write_text(as_yaml(made.contract), encoding="utf-8")
    for name, text in made.texts.items():
        (city / name).parent.mkdir(parents=True, exist_ok=True)
        (city / name).write_text(text, encoding="utf-8")
    for feed_id, contract in made.feeds.items():
        (city / "feeds" / f"{feed_id}.yaml").write_text(as_yaml(contract), encoding="utf-8")
        if feed_id in made.tables:
            more = made.extra_columns.get(feed_id)
            write_data(city / "data", contract, made.tables[feed_id], made.unsent.get(feed_id, set()), more)
    return city


def as_yaml(contract: dict[str, Any]) -> str:
    return yaml.safe_dump(contract, sort_keys=False, allow_unicode=True, width=160)


def write_data(
    folder: Path, contract: dict[str, Any], table: Table, unsent: set[str], more: tuple[str, str] | None
) -> None:
    """One file, or one for each period named by the helper column `_file`."""
    address = contract["source"]["address"]
    if "{period}" not in address:
        if not unsent:
            write_file(folder / address, contract["format"], table)
        return
    for (period,), rows in table.group_by("_file", maintain_order=True):
        rows = rows.drop("_file")
        if more and str(period) >= more[0]:
            rows = rows.with_columns(pl.lit("").alias(more[1]))
        if period not in unsent:
            write_file(folder / address.format(period=period), contract["format"], rows)


def write_file(path: Path, form: dict[str, Any], table: Table) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if form["kind"] == "csv":
        table.write_csv(path, separator=form.get("delimiter", ","))
    elif form["kind"] == "workbook":
        write_workbook(path, form, table)
    elif form["kind"] == "parquet":
        table.write_parquet(path)
    else:
        path.write_text(json.dumps(feature_collection(table)), encoding="utf-8")


def write_workbook(path: Path, form: dict[str, Any], table: Table) -> None:
    """A sheet with what the contract says stands above and below the table."""
    header_row = form.get("header_row", 1)
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet(form["sheet"])
        for line in range(header_row - 1):
            sheet.write(line, 0, f"Letterhead, line {line + 1}")
        for place, row in enumerate([table.columns, *table.rows()]):
            for column, value in enumerate(row):
                if value is not None:
                    sheet.write(header_row - 1 + place, column, str(value))
        for line in range(form.get("footer_rows", 0)):
            sheet.write(header_row + table.height + line, 0, f"Note {line + 1}")


def feature_collection(table: Table) -> dict[str, Any]:
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {key: value for key, value in row.items() if key != "ring"},
                "geometry": {"type": "Polygon", "coordinates": [row["ring"]]},
            }
            for row in table.iter_rows(named=True)
        ],
    }
