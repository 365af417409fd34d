"""JSON objects as a table: their members are columns."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from sga_pipeline.conform.readers.documents import documents
from sga_pipeline.conform.readers.held import hold, json_cell
from sga_pipeline.conform.readers.opened import Opened
from sga_pipeline.errors import DeliveryError


def open_json(con: duckdb.DuckDBPyConnection, path: Path) -> Opened:
    """Objects in their order. Of an object of objects, each one's name is its `key`."""
    try:
        objects: list[dict[str, Any]] = []
        for document in documents(path):
            objects += (
                [{"key": key, **one} for key, one in document.items()] if isinstance(document, dict) else document
            )
        header = list(dict.fromkeys(key for one in objects for key in one))
        cells = [[json_cell(one.get(key)) for key in header] for one in objects]
    except (TypeError, AttributeError) as error:
        raise DeliveryError("this is not a list of JSON objects", "Ask for it again.", f"{error}"[:120]) from None
    return hold(con, header, cells)
