"""SDMX-CSV 1.0 and 2.0: streamed as delimited text, under the column names and rules every SDMX message has."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import duckdb

from sga_pipeline.conform.readers.opened import Opened
from sga_pipeline.conform.readers.statistics.sdmx_structures import Structures
from sga_pipeline.conform.readers.statistics.sdmx_table import (
    ACTION,
    ACTIONS,
    ALWAYS,
    CONFIDENTIALITY,
    MAX_COLUMNS,
    SEVERAL,
    STATUS,
    VALUE,
    label_of,
)
from sga_pipeline.conform.readers.tables.delimited import open_csv
from sga_pipeline.conform.sql_text import literal, literals
from sga_pipeline.contracts.formats import CsvFormat, SdmxFormat
from sga_pipeline.errors import DeliveryError

# The first cell says that this is SDMX-CSV and how cells of several values part them; what follows parts the cells.
BEGINS = re.compile(rb'^"?(STRUCTURE(\[(.)\])?|DATAFLOW)(: [^",;|\t\r\n]*)?"?([,;|\t]|\r|\n|$)')
_FIXED = {"STRUCTURE", "STRUCTURE_ID", "STRUCTURE_NAME", "DATAFLOW", ACTION, "SERIES_KEY", "OBS_KEY"}
_CODE = r"^([A-Za-z0-9_@$.\-]+): "
# What stands for a value that is left out on purpose, and (with a deletion) for one that is taken back.
_NO_VALUES = ("NaN", "#N/A", "-")


def open_sdmx_csv(
    con: duckdb.DuckDBPyConnection, path: Path, head: bytes, form: SdmxFormat, structures: Structures, scratch: Path
) -> Opened:
    """Open one SDMX-CSV file; a file of any size streams."""
    begins = BEGINS.match(head)
    assert begins is not None
    delimiter, several = begins[5].strip() or b",", begins[3] or SEVERAL.encode()
    plain = CsvFormat(kind="csv", delimiter="\t" if begins[5] == b"\t" else delimiter.decode())
    opened = open_csv(con, path, plain, scratch)
    if len(opened.header) > MAX_COLUMNS:
        raise DeliveryError("the message has columns without end", "Ask for a plain SDMX message.", len(opened.header))
    columns = _Columns(con, opened.header, several.decode("latin-1"), form, structures)
    _refuse_mixed(con, opened, columns)
    return replace(opened, header=tuple(columns.names), relation=columns.relation(opened.relation))


def _refuse_mixed(con: duckdb.DuckDBPyConnection, opened: Opened, columns: _Columns) -> None:
    """Without its structure nobody can know which rows a deletion takes back; alone, deletions say only that."""
    if ACTION not in columns.source:
        return
    action = columns.action()
    found = con.execute(f"select distinct {action} from {opened.relation} limit 20").fetchall()
    actions = {one[0] for one in found if one[0]}
    if strange := sorted(actions - set(ACTIONS.values())):
        raise DeliveryError("the message has an unknown action", "Ask the publisher what it does.", strange[0][:60])
    if "D" in actions and len(actions) > 1:
        raise DeliveryError(
            "the message gives observations and takes some back",
            "Ask for the data as they are now.",
            ", ".join(sorted(actions)),
        )


class _Columns:
    """The columns of the message, and the SQL of each."""

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        header: tuple[str, ...],
        several: str,
        form: SdmxFormat,
        structures: Structures,
    ) -> None:
        self.con, self.several, self.form = con, several, form
        self.names: list[str] = []
        self.sql: list[str] = []
        # Column -> cell of the file, and the label next to its code there.
        self.source: dict[str, str] = {}
        labels: dict[str, str] = {}
        named = "STRUCTURE_NAME" in header
        waiting: str | None = None
        for place, written in enumerate(header):
            cell = f"c{place}"
            if named and waiting is not None:
                labels[waiting], waiting = cell, None
                continue
            name, _, label = written.partition(": ")
            column = re.sub(r"\[[^\]]*\]$", "", name)
            coded = bool(label) and column not in _FIXED
            if coded:
                labels[column] = f"regexp_replace({cell}, {literal(_CODE)}, '')"
                labels[column] = f"case when regexp_matches({cell}, {literal(_CODE)}) then {labels[column]} end"
                cell = f"coalesce(nullif(regexp_extract({cell}, {literal(_CODE)}, 1), ''), {cell})"
            if column in self.source:
                raise DeliveryError("the header names a column twice", "Ask for distinct names.", column)
            self.source[column] = cell
            waiting = column if named and column not in _FIXED else None
        if waiting is not None:
            raise DeliveryError("a column lacks the column of its names", "Ask for it again.", waiting)
        self._lay_out(labels, form, structures)

    def _lay_out(self, labels: dict[str, str], form: SdmxFormat, structures: Structures) -> None:
        definition = structures.definition_for(set())
        measures = {VALUE} | (definition.measures if definition else set())
        known = definition.columns if definition else {}
        for column, cell in self.source.items():
            if column in measures:
                missing = f"case when {self._without_value()} or {cell} in ({literals(list(_NO_VALUES))}) then null else {cell} end"
                self._add(column, missing)
            elif column == ACTION:
                self._add(column, self.action())
            else:
                self._add(column, f"nullif({cell}, '#N/A')")
        extra = [one for one in (*known, *form.columns, *ALWAYS, ACTION) if not one.endswith(" label")]
        for column in dict.fromkeys(extra):
            # A message of several measures has no OBS_VALUE, and none is made up.
            if column not in self.source and column != VALUE:
                self._add(column, "null::varchar")
        for column in list(self.names):
            if column in labels:
                self._add(label_of(column), labels[column])
            elif column in self.source and (found := structures.labels(known.get(column), form.languages)):
                self._add(label_of(column), self._looked_up(self.source[column], found))
        for column in form.columns:
            if column.endswith(" label") and column not in self.names:
                self._add(column, "null::varchar")

    def _add(self, column: str, sql: str) -> None:
        self.names.append(column)
        self.sql.append(f"{sql} as c{len(self.sql)}")

    def action(self) -> str:
        cell = f"upper({self.source[ACTION]})"
        whole = " ".join(f"when {literal(word.upper())} then {literal(letter)}" for word, letter in ACTIONS.items())
        return f"case {cell} {whole} else {cell} end"

    def _without_value(self) -> str:
        found = [f"{self.action()} = 'D'"] if ACTION in self.source else []
        if STATUS in self.source and self.form.missing_when:
            found.append(f"list_has_any({self._codes(STATUS)}, [{literals(self.form.missing_when)}])")
        free = literals([*self.form.free_when, ""])
        found += [f"not list_has_all([{free}], {self._codes(one)})" for one in CONFIDENTIALITY if one in self.source]
        return f"coalesce({' or '.join(f'coalesce({one}, false)' for one in found) or 'false'}, false)"

    def _codes(self, column: str) -> str:
        parted = f"string_split({self.source[column]}, {literal(self.several)})"
        return f"list_transform({parted}, one -> trim(one))"

    def _looked_up(self, cell: str, labels: dict[str, str]) -> str:
        """A lookup that costs one hash a row, however long the code list is."""
        kind = f"sdmx_codes_{len(self.sql)}"
        self.con.execute(f"create or replace type {kind} as enum ({literals(list(labels))})")
        texts = ", ".join(literal(one) for one in labels.values())
        return f"([{texts}])[enum_code(try_cast({cell} as {kind})) + 1]"

    def relation(self, source: str) -> str:
        return f"(select {', '.join(self.sql)} from {source})"
