"""The table SDMX messages become: a row an observation, and the rules that hold whichever form a message has."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import duckdb
import polars as pl

from sga_pipeline.conform.readers.opened import Opened, Record
from sga_pipeline.conform.readers.statistics.sdmx_structures import Structures
from sga_pipeline.contracts.formats import SdmxFormat
from sga_pipeline.errors import DeliveryError

TIME, VALUE, ACTION = "TIME_PERIOD", "OBS_VALUE", "ACTION"
STATUS = "OBS_STATUS"
# Confidentiality has been given under each of these names.
CONFIDENTIALITY = ("CONF_STATUS", "CONF_STATUS_OBS", "OBS_CONF")
ALWAYS = (TIME, VALUE, STATUS, CONFIDENTIALITY[0])
# How a missing value is written.
NO_VALUE = ("NaN", "")
# Several codes of one attribute are kept in one cell, parted by this.
SEVERAL = ";"
# What a data set does with what it holds, in the one-letter codes of SDMX-CSV.
ACTIONS = {"append": "A", "replace": "R", "delete": "D", "information": "I", "merge": "M"}
MAX_COLUMNS, MAX_PARTIAL_KEYS = 500, 20
# Messages in XML and JSON are held whole; beyond this a source is asked for CSV, which streams.
MAX_OBSERVATIONS = 3_000_000
_CHUNK = 100_000
Cells = Mapping[str, str | None]


def label_of(column: str) -> str:
    return f"{column} label"


@dataclass
class Table:
    """Rows as they are read, and the columns seen so far in the order in which they came."""

    columns: dict[str, int] = field(default_factory=dict)
    rows: list[list[str | None]] = field(default_factory=list)
    # Labels a message itself gives to codes.
    labels: dict[str, dict[str, str]] = field(default_factory=dict)
    # Columns known to be dimensions; empty where a message does not say.
    dimensions: set[str] = field(default_factory=set)
    # Measures other than OBS_VALUE, where the message or its structure names such.
    measures: set[str] = field(default_factory=set)
    structure_ids: set[str] = field(default_factory=set)

    def place_of(self, column: str) -> int:
        place = self.columns.setdefault(column, len(self.columns))
        if place >= MAX_COLUMNS:
            raise DeliveryError("the message has columns without end", "Ask for a plain SDMX message.", column[:60])
        return place

    def add(self, cells: Cells, action: str | None) -> None:
        places = [(self.place_of(column), text) for column, text in cells.items()]
        row: list[str | None] = [None] * len(self.columns)
        value = self.columns.get(VALUE)
        for place, text in places:
            # Codes come again and again; one copy of each is enough.
            row[place] = text if text is None or place == value else sys.intern(text)
        place = self.place_of(ACTION)
        row += [None] * (place + 1 - len(row))
        row[place] = _letter(action)
        self.rows.append(row)
        if len(self.rows) > MAX_OBSERVATIONS:
            raise DeliveryError("the message is too large to be held", "Ask for CSV, or by periods.", len(self.rows))

    def cell(self, row: list[str | None], column: str) -> str | None:
        place = self.columns.get(column)
        return row[place] if place is not None and place < len(row) else None


def _letter(action: str | None) -> str | None:
    if not action:
        return None
    letter = ACTIONS.get(action.lower(), action.upper())
    if letter not in ACTIONS.values():
        raise DeliveryError("the message has an unknown action", "Ask the publisher what it does.", action[:60])
    return letter


def opened_table(con: duckdb.DuckDBPyConnection, table: Table, form: SdmxFormat, structures: Structures) -> Opened:
    """Columns every message has, values where there are any, labels where code lists are known."""
    definition = structures.definition_for(table.structure_ids)
    known = definition.columns if definition else {}
    measures = table.measures or (definition.measures - {VALUE} if definition else set())
    for column in (*known, *form.columns, *(one for one in ALWAYS if one != VALUE or not measures), ACTION):
        if not column.endswith(" label"):
            table.place_of(column)
    _refuse_given_and_taken_back(table, definition.dimensions if definition else table.dimensions)
    width = len(table.columns)
    value, values = table.columns.get(VALUE), {VALUE, *measures}
    places = [table.columns[one] for one in values if one in table.columns]
    for row in table.rows:
        row += [None] * (width - len(row))
        if value is not None and row[value] in NO_VALUE:
            row[value] = None
        if without_value(row, table, form):
            for place in places:
                row[place] = None
    labels = {**{one: structures.labels(codes, form.languages) for one, codes in known.items()}, **table.labels}
    labelled = [one for one in table.columns if labels.get(one)]
    labelled += [one.removesuffix(" label") for one in form.columns if one.endswith(" label")]
    labelled = list(dict.fromkeys(labelled))
    for row in table.rows:
        row += [labels.get(one, {}).get(table.cell(row, one) or "") for one in labelled]
    return _held(con, (*table.columns, *(label_of(one) for one in labelled)), table.rows)


def _held(con: duckdb.DuckDBPyConnection, header: tuple[str, ...], rows: list[list[str | None]]) -> Opened:
    """The rows as columns; each part of them is let go as soon as it has become one."""
    schema = {f"c{place}": pl.String for place in range(len(header))}
    chunks = [pl.DataFrame(schema=schema)]
    for start in range(0, len(rows), _CHUNK):
        chunk = rows[start : start + _CHUNK]
        rows[start : start + _CHUNK] = [[]] * len(chunk)
        columns = {name: [row[place] for row in chunk] for place, name in enumerate(schema)}
        chunks.append(pl.DataFrame(columns, schema=schema))
    frame = pl.concat(chunks, rechunk=False)
    con.register("held_rows", frame.to_arrow())

    def records_of(places: Sequence[int], _total: int) -> list[Record]:
        return [
            Record(place + 1, json.dumps(dict(zip(header, frame.row(place), strict=True)), ensure_ascii=False))
            for place in places
        ]

    return Opened(header, "held_rows", records_of)


def without_value(row: list[str | None], table: Table, form: SdmxFormat) -> bool:
    """Whether status, confidentiality or deletion say that no value is given, whatever is in its place."""
    if table.cell(row, ACTION) == "D" or set(_codes(table.cell(row, STATUS))) & set(form.missing_when):
        return True
    return any(code not in form.free_when for column in CONFIDENTIALITY for code in _codes(table.cell(row, column)))


def _codes(text: str | None) -> Iterable[str]:
    return [one.strip() for one in text.split(SEVERAL)] if text else ()


def _refuse_given_and_taken_back(table: Table, dimensions: set[str]) -> None:
    """A message that both gives an observation and takes it back says nothing certain of it."""
    action = table.columns[ACTION]
    gone = [row for row in table.rows if row[action] == "D"]
    if not gone or len(gone) == len(table.rows):
        return
    keys: dict[tuple[int, ...], set[tuple[str | None, ...]]] = {}
    for row in gone:
        given = tuple(
            place
            for column, place in table.columns.items()
            if column not in {VALUE, ACTION} and table.cell(row, column) and (not dimensions or column in dimensions)
        )
        keys.setdefault(given, set()).add(tuple(row[place] for place in given))
    if len(keys) > MAX_PARTIAL_KEYS:
        raise DeliveryError(
            "the message takes data back in too many ways", "Ask for the data as they are now.", len(keys)
        )
    for row in table.rows:
        if row[action] == "D":
            continue
        for places, taken in keys.items():
            key = tuple(row[place] if place < len(row) else None for place in places)
            if key in taken:
                raise DeliveryError(
                    "the message gives an observation and takes it back",
                    "Ask for the data as they are now, without deletions.",
                    ".".join(one or "" for one in key)[:120],
                )
