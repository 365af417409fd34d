"""JSON objects as a table: their members are columns, wherever in the document they are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import shapely

from sga_pipeline.conform.readers.boundaries.geometries import from_esri, from_geojson
from sga_pipeline.conform.readers.in_memory import json_cell, load_rows
from sga_pipeline.conform.readers.json_documents import documents
from sga_pipeline.conform.readers.opened import Opened
from sga_pipeline.conform.readers.unix_milliseconds import moment_cell
from sga_pipeline.contracts.formats import JsonFormat, JsonGeometry
from sga_pipeline.errors import DeliveryError

# More than any honest table has; objects that each name members of their own would fill the memory.
MAX_COLUMNS, MAX_CELLS = 4000, 100_000_000


def open_json(con: duckdb.DuckDBPyConnection, path: Path, form: JsonFormat) -> Opened:
    """Objects in their order, page after page."""
    table = _Table(form)
    try:
        for document in documents(path):
            table.add(document)
    except (TypeError, AttributeError, RecursionError) as error:
        raise DeliveryError("this is not a list of JSON objects", "Ask for it again.", f"{error}"[:120]) from None
    if not table.names:
        next_step = "Say under format.columns which columns there are."
        raise DeliveryError("there are no rows, and nothing says which columns they would have", next_step, path.name)
    return load_rows(con, list(table.names), table.rows)


class _Table:
    """Rows as they come; columns in the order they are first named."""

    def __init__(self, form: JsonFormat) -> None:
        self.form, self.rows = form, list[list[str | None]]()
        self.names: dict[str, int] = {}
        self.cells, self.milliseconds = 0, set(form.milliseconds)
        if isinstance(form.columns, list):
            self._name(form.columns)
        if form.geometry:
            self._name(["geometry"])

    def add(self, document: Any) -> None:
        """The records of one page."""
        if isinstance(self.form.columns, str):
            listed = [one for one, _ in reached(document, self.form.columns)]
            self._name(name for name in listed if not (self.form.geometry and name == self.form.geometry.member))
        for record, around in _records(document, self.form.records):
            self._add(record, around, document)

    def _add(self, record: dict[str, Any], around: dict[str, Any], document: Any) -> None:
        cells = dict(self._flat(record) if self.form.flatten else record.items())
        if self.form.geometry:
            cells.pop(self.form.geometry.member, None)
            if "geometry" in cells:
                raise DeliveryError("there are two columns named geometry", "Correct format.geometry.", "geometry")
            cells["geometry"] = _geometry(self.form.geometry, record, around, document)
        self._name(cells)
        row: list[str | None] = [None] * len(self.names)
        for name, value in cells.items():
            row[self.names[name]] = moment_cell(value) if name in self.milliseconds else json_cell(value)
        self.cells += len(row)
        if self.cells > MAX_CELLS:
            raise DeliveryError("the table is too large to be read at once", "Ask for it in parts.", self.cells)
        self.rows.append(row)

    def _name(self, names: Any) -> None:
        for name in names:
            if not isinstance(name, str):
                raise DeliveryError("a column's name is no text", "Correct format.columns.", f"{name}"[:80])
            self.names.setdefault(name, len(self.names))
        if len(self.names) > MAX_COLUMNS:
            raise DeliveryError(
                "the objects have more members than a table has columns", "Correct format.records.", len(self.names)
            )

    def _flat(self, record: dict[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
        seen: set[str] = set()
        for name, value in record.items():
            whole_geometry = self.form.geometry and not before and name == self.form.geometry.member
            if isinstance(value, dict) and value and not whole_geometry:
                inner = list(self._flat(value, f"{before}{name}."))
            else:
                inner = [(f"{before}{name}", value)]
            twice = seen & {one for one, _ in inner}
            if twice:
                raise DeliveryError(
                    "two members of an object become one column", "Leave out format.flatten.", min(twice)
                )
            seen |= {one for one, _ in inner}
            yield from inner


def _records(document: Any, path: str | None) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Each record, and the object it is a member of."""
    if path is None:
        keyed = isinstance(document, dict)
        for one in [{"key": key, **value} for key, value in document.items()] if keyed else document:
            yield _object(one, "the document"), {}
        return
    for value, around in reached(document, path):
        if isinstance(value, list):
            for one in value:
                yield _object(one, path), {}
        elif "*" in path.split("."):
            yield _object(value, path), around
        else:
            raise DeliveryError("what format.records names is no list", "Correct format.records.", path)


def _object(value: Any, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise DeliveryError(
            "a record is no JSON object", "Correct format.records.", f"{path}: {type(value).__name__}"[:120]
        )
    return value


def reached(document: Any, path: str) -> list[tuple[Any, dict[str, Any]]]:
    """What is at the end of a path, each with the object around it."""
    here: list[tuple[Any, dict[str, Any]]] = [(document, {})]
    for part in path.split("."):
        there: list[tuple[Any, dict[str, Any]]] = []
        for value, around in here:
            if part == "*" and isinstance(value, list):
                there += [(one, around) for one in value]
            elif part != "*" and isinstance(value, dict) and part in value:
                there.append((value[part], value))
            else:
                raise DeliveryError(f"the document has no {path}", _what_instead(document), part)
        here = there
    return here


def _what_instead(document: Any) -> str:
    found = ", ".join(map(str, document))[:100] if isinstance(document, dict) else type(document).__name__
    return f"It holds {found}: it may be a complaint of the source; else correct the path in the feed."


def _geometry(where: JsonGeometry, record: dict[str, Any], around: dict[str, Any], document: Any) -> str | None:
    value = record[where.member] if where.member in record else around.get(where.member)
    try:
        if where.kind == "geojson":
            return from_geojson(value)
        return from_esri(value, document.get("spatialReference") if isinstance(document, dict) else None)
    except (
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        IndexError,
        RecursionError,
        shapely.errors.ShapelyError,
    ) as error:
        raise DeliveryError(
            f"a geometry cannot be read as {where.kind}",
            "Correct format.geometry, or ask for it again.",
            f"{error}"[:120],
        ) from None
