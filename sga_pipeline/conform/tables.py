"""Workbooks, Parquet and GeoJSON as tables of text, so that the contract alone decides types for them too."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import python_calamine
import shapely
from shapely.geometry import shape as geometry_of

from sga_pipeline.conform.opened import Opened, Record
from sga_pipeline.conform.sql_text import literal
from sga_pipeline.contracts.formats import XlsxFormat
from sga_pipeline.errors import DeliveryError

MAX_JSON_BYTES = 500_000_000


def open_parquet(con: duckdb.DuckDBPyConnection, path: Path) -> Opened:
    """A Parquet file; every value in DuckDB's own text form (dates and times are ISO)."""
    source = f"read_parquet({literal(str(path))})"
    try:
        names = [row[0] for row in con.execute(f"describe select * from {source}").fetchall()]
    except duckdb.Error as error:
        raise DeliveryError(
            "this is not a Parquet file, or it is damaged", "Ask for it again.", str(error)[:120]
        ) from None
    cells = ", ".join(f"columns_{i}::varchar as c{i}" for i in range(len(names)))
    aliases = ", ".join(f"columns_{i}" for i in range(len(names)))
    relation = f"(select {cells} from (select * from {source}) as source_rows({aliases}))"

    def records_of(places: Sequence[int], _total: int) -> list[Record]:
        con.register("wanted_places", pl.DataFrame({"place": places}, schema={"place": pl.Int64}).to_arrow())
        rows = con.execute(
            f"with numbered as (select row_number() over () - 1 as place, * from {relation}) "
            "select * from numbered semi join wanted_places using (place) order by place"
        ).fetchall()
        return [Record(row[0] + 1, "\t".join(cell or "" for cell in row[1:])) for row in rows]

    return Opened(tuple(names), relation, records_of)


def open_xlsx(con: duckdb.DuckDBPyConnection, path: Path, form: XlsxFormat) -> Opened:
    """One sheet, from its header row to the row before the footer."""
    try:
        book = python_calamine.CalamineWorkbook.from_path(path)
    except python_calamine.CalamineError as error:
        raise DeliveryError("this is not a workbook, or it is damaged", "Ask for it again.", str(error)[:120]) from None
    if form.sheet not in book.sheet_names:
        raise DeliveryError(
            f"the workbook has no sheet [{form.sheet}]", "Correct format.sheet.", ", ".join(book.sheet_names)
        )
    rows = book.get_sheet_by_name(form.sheet).to_python(skip_empty_area=False)
    if len(rows) < form.header_row:
        raise DeliveryError("the sheet ends before its header row", "Correct format.header_row.", form.header_row)
    header = tuple(_cell(value) or "" for value in rows[form.header_row - 1])
    body = rows[form.header_row : len(rows) - form.footer_rows]
    numbered = [(form.header_row + 1 + i, [_cell(value) for value in row]) for i, row in enumerate(body)]
    filled = [(number, cells) for number, cells in numbered if any(cells)]
    relation = _hold(con, [cells for _, cells in filled], len(header))
    lines = {
        place: Record(number, "\t".join(cell or "" for cell in cells)) for place, (number, cells) in enumerate(filled)
    }
    return Opened(header, relation, lambda places, _total: [lines[place] for place in places])


def open_geojson(con: duckdb.DuckDBPyConnection, path: Path) -> Opened:
    """Features in their order: properties as columns, the boundary as WKT under `geometry`."""
    if path.stat().st_size > MAX_JSON_BYTES:
        raise DeliveryError("the GeoJSON is too large", "Simplify the boundaries.", path.stat().st_size)
    try:
        document = json.loads(path.read_bytes(), parse_constant=_no_constant)
        features = document["features"]
        header = sorted({key for feature in features for key in (feature.get("properties") or {})} - {"geometry"})
        cells = [
            [_json_cell((feature.get("properties") or {}).get(key)) for key in header] + [_wkt(feature.get("geometry"))]
            for feature in features
        ]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, shapely.errors.ShapelyError) as error:
        raise DeliveryError("this is not a GeoJSON FeatureCollection", "Ask for it again.", f"{error}"[:120]) from None
    relation = _hold(con, cells, len(header) + 1)

    def records_of(places: Sequence[int], _total: int) -> list[Record]:
        return [Record(place + 1, json.dumps(dict(zip(header, cells[place], strict=False)))) for place in places]

    return Opened((*header, "geometry"), relation, records_of)


def open_json(con: duckdb.DuckDBPyConnection, path: Path) -> Opened:
    """Objects in their order: their members as columns. Of an object of objects, each one's name is its `key`."""
    if path.stat().st_size > MAX_JSON_BYTES:
        raise DeliveryError("the JSON is too large", "Ask for it in parts, or as CSV.", path.stat().st_size)
    try:
        document = json.loads(path.read_bytes(), parse_constant=_no_constant)
        objects = [{"key": key, **one} for key, one in document.items()] if isinstance(document, dict) else document
        header = list(dict.fromkeys(key for one in objects for key in one))
        cells = [[_json_cell(one.get(key)) for key in header] for one in objects]
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise DeliveryError("this is not a list of JSON objects", "Ask for it again.", f"{error}"[:120]) from None
    relation = _hold(con, cells, len(header))

    def records_of(places: Sequence[int], _total: int) -> list[Record]:
        return [Record(place + 1, json.dumps(dict(zip(header, cells[place], strict=False)))) for place in places]

    return Opened(tuple(header), relation, records_of)


def _hold(con: duckdb.DuckDBPyConnection, rows: Sequence[Sequence[str | None]], width: int) -> str:
    """Small tables wait in memory for the one query that reads them."""
    padded = [(list(row) + [None] * width)[:width] for row in rows]
    frame = pl.DataFrame(padded, schema={f"c{i}": pl.String for i in range(width)}, orient="row")
    con.register("held_rows", frame.to_arrow())
    return "held_rows"


def _cell(value: Any) -> str | None:
    """A workbook cell as the text a person sees in it."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    return str(value).strip()


def _json_cell(value: Any) -> str | None:
    if value is None:
        return None
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _wkt(geometry: Any) -> str | None:
    return shapely.to_wkt(geometry_of(geometry), rounding_precision=7, trim=True) if geometry else None


def _no_constant(text: str) -> Any:
    raise ValueError(f"the number {text} is not JSON")
