"""What DHIS2 answers as a table: analytics with names and places from their metadata, values of data sets, or units."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from sga_pipeline.conform.readers.health.dhis2_units import Units
from sga_pipeline.conform.readers.in_memory import Row, json_cell, load_rows, refuse_large
from sga_pipeline.conform.readers.json_documents import documents
from sga_pipeline.conform.readers.opened import Opened
from sga_pipeline.contracts.formats import Dhis2Format
from sga_pipeline.errors import DeliveryError

# Members of a raw value and the columns they become. Who stored it, and what was remarked, stays in the raw file.
_VALUE = {
    "dataelement": "dx",
    "period": "pe",
    "orgunit": "ou",
    "categoryoptioncombo": "co",
    "attributeoptioncombo": "ao",
    "value": "value",
    "deleted": "deleted",
}
_DIMENSIONS = {"dx", "pe", "ou", "co", "ao"}


@dataclass
class _Table:
    header: list[str] = field(default_factory=list)
    rows: list[list[str | None]] = field(default_factory=list)


@dataclass
class _Meta:
    """Names of what the rows refer to by identifier, or identifiers of what they refer to by name."""

    items: dict[str, Any] = field(default_factory=dict)
    dimensions: dict[str, Any] = field(default_factory=dict)
    hierarchy: dict[str, str] = field(default_factory=dict)

    def add(self, given: Any) -> None:
        meta = given if isinstance(given, dict) else {}
        for name, into in (("items", self.items), ("dimensions", self.dimensions), ("ouHierarchy", self.hierarchy)):
            into.update(meta[name] if isinstance(meta.get(name), dict) else {})

    def name(self, identifier: str) -> str | None:
        item = self.items.get(identifier)
        return json_cell(item.get("name")) if isinstance(item, dict) else None


def open_dhis2(con: duckdb.DuckDBPyConnection, path: Path, form: Dhis2Format) -> Opened:
    """Rows in their order; units that came with figures are joined to them."""
    if form.written == "csv":
        table = _from_csv(path)
        return load_rows(con, table.header, table.rows)
    figures, meta, units, had_figures = _Table(), _Meta(), Units(), False
    for document in documents(path):
        kind = _kind(document)
        if kind == "units":
            units.add(document["organisationUnits"])
            continue
        found = _analytics(document) if kind == "analytics" else _values(document)
        if had_figures and found.header != figures.header:
            raise DeliveryError("the pages have different columns", "Ask for them again.", ", ".join(found.header[:6]))
        figures.header, had_figures = found.header, True
        figures.rows += found.rows
        meta.add(document.get("metaData"))
    if not had_figures:
        header, rows = units.table(form.levels)
        return load_rows(con, header, rows)
    header, rows = _named_rows(figures, meta, units, form.levels)
    return load_rows(con, header, rows)


def _kind(document: Any) -> str:
    if isinstance(document, dict):
        if isinstance(document.get("headers"), list) and isinstance(document.get("rows"), list):
            return "analytics"
        if isinstance(document.get("organisationUnits"), list):
            return "units"
        # A data set without a value in the period is an empty object.
        if isinstance(document.get("dataValues"), list) or not document:
            return "values"
        if document.get("status") == "ERROR" or "httpStatusCode" in document:
            raise DeliveryError(
                "the server complained instead of answering",
                "Correct what was asked.",
                f"{document.get('message')}"[:120],
            )
    members = ", ".join(sorted(document)[:6]) if isinstance(document, dict) else type(document).__name__
    raise DeliveryError(
        "this is neither analytics nor values nor units of DHIS2",
        "Bring one of these, or correct format.kind.",
        members[:120],
    )


def _analytics(document: dict[str, Any]) -> _Table:
    names = [one.get("name") if isinstance(one, dict) else None for one in document["headers"]]
    header = [one for one in names if isinstance(one, str)]
    rows = document["rows"]
    if len(header) != len(names):
        raise DeliveryError("a column of the answer has no name", "Ask for it again.", len(names))
    if not isinstance(document.get("height", len(rows)), int) or document.get("height", len(rows)) != len(rows):
        raise DeliveryError(
            f"the answer promises {document['height']} rows and has {len(rows)}", "Ask for it again.", len(rows)
        )
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, list) or len(row) != len(header):
            raise DeliveryError(
                f"a row has not the {len(header)} cells of the header", "Ask for it again.", f"row {number}"
            )
    return _Table(header, [[json_cell(cell) for cell in row] for row in rows])


def _values(document: dict[str, Any]) -> _Table:
    table = _Table(list(dict.fromkeys(_VALUE.values())))
    for number, one in enumerate(document.get("dataValues", []), start=1):
        if not isinstance(one, dict):
            raise DeliveryError("a value is no object", "Ask for it again.", f"value {number}")
        # What the object leaves out is given above it, for all of its values.
        known = {key.lower(): value for key, value in {**document, **one}.items()}
        table.rows.append(_value_row([json_cell(known.get(name)) for name in _VALUE]))
    return table


def _value_row(cells: list[str | None]) -> list[str | None]:
    """A value that was taken back is none."""
    return [*cells[:-2], None, cells[-1]] if (cells[-1] or "").lower() == "true" else cells


def _from_csv(path: Path) -> _Table:
    refuse_large(path)
    table = _Table(list(dict.fromkeys(_VALUE.values())))
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            lines = csv.reader(stream, skipinitialspace=True, strict=True)
            names = [one.strip().lower().replace("_", "") for one in next(lines, [])]
            if missing := sorted({"dataelement", "period", "orgunit", "value"} - set(names)):
                raise DeliveryError(
                    f"the header lacks the column {missing[0]}",
                    "Bring values of data sets.",
                    ", ".join(names[:6])[:120],
                )
            for cells in lines:
                if not cells:
                    continue
                if len(cells) != len(names):
                    raise DeliveryError(
                        f"a line has not the {len(names)} cells of the header",
                        "Ask for it again.",
                        f"line {lines.line_num}",
                    )
                known = dict(zip(names, (cell.strip() for cell in cells), strict=True))
                table.rows.append(_value_row([known.get(name) for name in _VALUE]))
    except (csv.Error, UnicodeDecodeError) as error:
        raise DeliveryError("this is no CSV, or it is damaged", "Ask for it again.", type(error).__name__) from None
    return table


def _named_rows(figures: _Table, meta: _Meta, units: Units, levels: Sequence[int]) -> tuple[list[str], list[Row]]:
    """The rows with identifier and name of each of their dimensions, and with the place of their unit."""
    header, columns = list(figures.header), [list(cells) for cells in zip(*figures.rows, strict=True)]
    columns = columns or [[] for _ in header]
    identifiers: dict[str, list[str | None]] = {}
    for at, name in enumerate(figures.header):
        identifiers[name] = columns[at]
        if meta.items and (name in _DIMENSIONS or name in meta.dimensions):
            identifiers[name], named = _names(columns[at], name, meta)
            header += [f"{name} id", f"{name} name"]
            columns += [identifiers[name], named]
    if "ou" in identifiers and (units or meta.hierarchy):
        units.add_paths(meta.hierarchy, meta.name)
        added, places = units.places(identifiers["ou"], levels)
        if "ou name" in header:
            at = header.index("ou name")
            columns[at] = [known or units.name(one) for known, one in zip(columns[at], identifiers["ou"], strict=True)]
        header += added
        columns += places
    return header, [list(row) for row in zip(*columns, strict=True)]


def _names(cells: list[str | None], dimension: str, meta: _Meta) -> tuple[list[str | None], list[str | None]]:
    """Whether a column holds identifiers or names shows in the metadata, which list both."""
    listed = meta.dimensions.get(dimension)
    ours = [one for one in listed if isinstance(one, str)] if isinstance(listed, list) else []
    named: dict[str | None, set[str]] = {}
    for identifier in ours or list(meta.items):
        name = meta.name(identifier)
        named.setdefault(name, set()).add(identifier)
        if name and "." in identifier:
            # A pair is one identifier with a dot; its name has a blank in the metadata, and a dot in the rows.
            named.setdefault(_undotted(name), set()).add(identifier)
    found = [named.get(cell) or named.get(_undotted(cell or "")) or set() for cell in cells]
    known = set(ours) | set(meta.items)
    if any(cell in known for cell in cells) or not any(found):
        return cells, [meta.name(cell) if cell else None for cell in cells]
    # Two of one name cannot be distinguished.
    return [next(iter(one)) if len(one) == 1 else None for one in found], cells


def _undotted(name: str) -> str:
    return name.replace(".", " ")
