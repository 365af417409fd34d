"""A made-up city in memory: its contracts, its files and the findings it must raise, so that planters can spoil any of them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter
import yaml

Table = pl.DataFrame
# Whether contracts may say how figures are made; and what is left out while they may not.
NEW_KEYS = False
NEWER = ("methods", "place_basis", "concept_match", "breaks", "manual_steps")
NEWER_SHAPES = ("reporting_channels",)


@dataclass(frozen=True)
class Planted:
    """A defect and the finding it must raise. Scope that is None was not narrowed by the defect."""

    city_id: str
    defect: str
    gap_code: str
    severity: str
    feed_id: str | None = None
    indicator_id: str | None = None
    area_id: str | None = None
    dimension: str | None = None
    status: str | None = None
    folded: bool = False


@dataclass(frozen=True)
class Unraised:
    """A scope that must stay without a finding of this severity or worse: the defect lies just below the threshold."""

    city_id: str
    defect: str
    gap_code: str
    severity: str
    feed_id: str | None = None
    indicator_id: str | None = None
    area_id: str | None = None
    dimension: str | None = None


@dataclass(frozen=True)
class District:
    """A rectangle with residents."""

    area_id: str
    name: str
    west: float
    south: float
    side: float
    km2: float
    residents: int


@dataclass
class MadeCity:
    """Everything that will be written into a city folder."""

    seed: int
    id: str
    first_year: int
    last_year: int
    as_of: str
    districts: list[District]
    contract: dict[str, Any]
    feeds: dict[str, dict[str, Any]] = field(default_factory=dict)
    tables: dict[str, Table] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    earlier: dict[str, tuple[str, Table]] = field(default_factory=dict)
    planted: list[Planted] = field(default_factory=list)
    unraised: list[Unraised] = field(default_factory=list)
    # Period files of a feed that the source never sent.
    unsent: dict[str, set[str]] = field(default_factory=dict)

    @property
    def years(self) -> range:
        return range(self.first_year, self.last_year + 1)

    def must_raise(self, defect: str, gap_code: str, severity: str, **scope: Any) -> None:
        self.planted.append(Planted(self.id, defect, gap_code, severity, **scope))

    def must_not_raise(self, defect: str, gap_code: str, severity: str, **scope: Any) -> None:
        self.unraised.append(Unraised(self.id, defect, gap_code, severity, **scope))

    def drop_feed(self, feed_id: str) -> None:
        del self.feeds[feed_id], self.tables[feed_id]

    def write(self, folder: Path) -> Path:
        """The city's folder, as `sga check` and `sga run` take it."""
        city = folder / self.id
        (city / "feeds").mkdir(parents=True)
        (city / "data").mkdir()
        (city / "city.yaml").write_text(as_yaml(self.contract), encoding="utf-8")
        for name, text in self.texts.items():
            (city / name).parent.mkdir(parents=True, exist_ok=True)
            (city / name).write_text(text, encoding="utf-8")
        for feed_id, contract in self.feeds.items():
            if not NEW_KEYS:
                if contract["shape"] in NEWER_SHAPES:
                    continue
                contract = {key: value for key, value in contract.items() if key not in NEWER}
            (city / "feeds" / f"{feed_id}.yaml").write_text(as_yaml(contract), encoding="utf-8")
            if feed_id in self.tables:
                write_data(city / "data", contract, self.tables[feed_id], self.unsent.get(feed_id, set()))
        return city


def as_yaml(contract: dict[str, Any]) -> str:
    return yaml.safe_dump(contract, sort_keys=False, allow_unicode=True, width=160)


def write_data(folder: Path, contract: dict[str, Any], table: Table, unsent: set[str]) -> None:
    """One file, or one for each period named by the hidden column `_file`."""
    address = contract["source"]["address"]
    if "{period}" not in address:
        if not unsent:
            write_file(folder / address, contract["format"], table)
        return
    for (period,), rows in table.group_by("_file", maintain_order=True):
        if period not in unsent:
            write_file(folder / address.format(period=period), contract["format"], rows.drop("_file"))


def write_file(path: Path, form: dict[str, Any], table: Table) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if form["kind"] == "csv":
        table.write_csv(path, separator=form.get("delimiter", ","))
    elif form["kind"] == "xlsx":
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
