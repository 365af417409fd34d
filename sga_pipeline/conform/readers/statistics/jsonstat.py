"""JSON-stat, versions 1 and 2: a cube of dimensions as a table with a row for each of its cells."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import duckdb

from sga_pipeline.conform.readers.in_memory import json_cell, load_rows
from sga_pipeline.conform.readers.json_documents import documents
from sga_pipeline.conform.readers.opened import Opened
from sga_pipeline.errors import DeliveryError

MAX_CELLS = 2_000_000
MAX_DIMENSIONS = 30


def open_jsonstat(con: duckdb.DuckDBPyConnection, path: Path) -> Opened:
    """Cells in row-major order: the last dimension turns fastest. Pages are pieces of one cube, one after the other."""
    header: list[str] | None = None
    rows: list[list[str | None]] = []
    for document in documents(path):
        try:
            cube = _cube(_dataset(document), MAX_CELLS - len(rows))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            next_step = "It may be a complaint of the source; else ask for it again."
            raise DeliveryError("this is not a JSON-stat data set", next_step, f"{error}"[:120]) from None
        if header not in (None, cube.header):
            raise DeliveryError("the pages are not of one table", "Ask for them again.", ", ".join(cube.header)[:120])
        header = cube.header
        rows += cube.rows()
    if header is None:
        raise DeliveryError("there is no data set in it", "Ask for it again.", path.name)
    return load_rows(con, header, rows)


@dataclass(frozen=True)
class _Cube:
    dimensions: list[str]
    # Code and label of each category, for each dimension.
    categories: list[list[tuple[str, str]]]
    values: dict[int, Any]
    status: dict[int, Any]

    @property
    def header(self) -> list[str]:
        return [name for one in self.dimensions for name in (one, f"{one} label")] + ["value", "status"]

    def rows(self) -> list[list[str | None]]:
        return [
            [*(text for pair in cell for text in pair), json_cell(self.values.get(at)), json_cell(self.status.get(at))]
            for at, cell in enumerate(product(*self.categories))
        ]


def _dataset(document: dict[str, Any]) -> dict[str, Any]:
    """The one data set of a document: itself (2.0), a collection's item, or a member of a bundle (1.x)."""
    kind = document.get("class")
    if kind == "dataset":
        return document
    if kind == "collection":
        found = [one for one in document["link"]["item"] if one.get("class") == "dataset" and "dimension" in one]
    else:
        found = [one for one in document.values() if isinstance(one, dict) and "dimension" in one and "value" in one]
    if len(found) != 1:
        raise ValueError(f"it holds {len(found)} data sets with values, not one")
    return dict(found[0])


def _cube(dataset: dict[str, Any], room: int) -> _Cube:
    dimension = dataset["dimension"]
    # Version 1 keeps names and sizes among the dimensions.
    holder = dataset if "id" in dataset else dimension
    names, sizes = holder["id"], holder["size"]
    if (
        not isinstance(names, list)
        or not isinstance(sizes, list)
        or len(names) != len(sizes)
        or len(set(names)) != len(names)
    ):
        raise ValueError("id and size do not fit together")
    if len(names) > MAX_DIMENSIONS or not all(type(size) is int and size >= 0 for size in sizes):
        raise ValueError("the sizes are no numbers of categories")
    cells = math.prod(sizes)
    if cells > room:
        raise DeliveryError("the cube has more cells than are read at once", "Ask for it in parts.", cells)
    categories = [_categories(dimension[name]["category"], size, name) for name, size in zip(names, sizes, strict=True)]
    if "value" not in dataset:
        raise ValueError("there is no value")
    status = dataset.get("status")
    # One status alone is that of every cell.
    statuses = (
        dict.fromkeys(range(cells), status) if isinstance(status, str) else _by_place(status or {}, cells, "status")
    )
    return _Cube([str(name) for name in names], categories, _by_place(dataset["value"], cells, "value"), statuses)


def _categories(category: dict[str, Any], size: int, name: str) -> list[tuple[str, str]]:
    labels = category.get("label") or {}
    index = category.get("index")
    if index is None:
        # Only a dimension of one category may leave out its order.
        codes = list(labels) if size == 1 else []
    elif isinstance(index, dict):
        codes = sorted(index, key=lambda code: index[code])
        if [index[code] for code in codes] != list(range(len(codes))):
            raise ValueError(f"the categories of {name} are not numbered one after the other")
    else:
        codes = list(index)
    if len(codes) != size or len(set(codes)) != size:
        raise ValueError(f"{name} has {len(codes)} categories and should have {size}")
    return [(str(code), str(labels.get(code, code))) for code in codes]


def _by_place(given: Any, cells: int, what: str) -> dict[int, Any]:
    """Values by their place in the cube; a list has all of them, an object those there are."""
    if isinstance(given, list):
        # A status may also be a list of one, for all.
        if what == "status" and len(given) == 1 and cells != 1:
            return dict.fromkeys(range(cells), given[0])
        if len(given) != cells:
            raise ValueError(f"there are {len(given)} of {what} for {cells} cells")
        return dict(enumerate(given))
    places = {int(place): one for place, one in given.items() if place.isascii() and place.isdigit()}
    if len(places) != len(given) or any(place >= cells for place in places):
        raise ValueError(f"a {what} is outside the cube's {cells} cells")
    return places
