"""The three sinks a row can go to: kept, quarantined, duplicate."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from sga_pipeline.conform.readers.opened import Ragged, Record
from sga_pipeline.conform.select_sql import KEY
from sga_pipeline.contracts.shape import Shape

# Where a row is among the records of its table.
PLACE = "_place"
# What the name of a file of withdrawn keys ends in.
WITHDRAWN = ".withdrawn"
ARROW_TYPES = {
    "string": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
}


def arrow_schema(shape: Shape) -> pa.Schema:
    """The form of a conformed file."""
    return pa.schema([pa.field(column.name, ARROW_TYPES[column.type]) for column in shape.columns])


class KeptFile:
    """Writes kept rows next to their final name and moves the whole file into place at the end."""

    def __init__(self, path: Path, shape: Shape) -> None:
        self.path, self.rows = path, 0
        self.schema = arrow_schema(shape)
        self.unfinished = path.with_name(f".{path.name}.writing")
        path.parent.mkdir(parents=True, exist_ok=True)
        # Dictionaries pay for codes and cost for identifiers, where every value is new.
        codes = [column.name for column in shape.columns if column.type == "string" and not column.restricted]
        self.writer = pq.ParquetWriter(self.unfinished, self.schema, compression="snappy", use_dictionary=codes)

    def write(self, rows: pl.DataFrame) -> None:
        if rows.height:
            self.writer.write_table(rows.to_arrow().cast(self.schema))
            self.rows += rows.height

    def __enter__(self) -> KeptFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.writer.close()
        if kind is not None:
            self.unfinished.unlink(missing_ok=True)
            return
        with self.unfinished.open("rb") as stream:
            os.fsync(stream.fileno())
        os.replace(self.unfinished, self.path)


class WithdrawnKeys:
    """Keys of rows out of the contract's scope, beside the kept rows: what an older delivery says of them holds no longer."""

    def __init__(self, kept_file: Path, shape: Shape) -> None:
        self.path, self.key = kept_file.with_suffix(WITHDRAWN), list(shape.key)
        self.schema = pa.schema([arrow_schema(shape).field(one) for one in self.key])
        self.writer: pq.ParquetWriter | None = None
        self.path.unlink(missing_ok=True)

    def add(self, rows: pl.DataFrame) -> None:
        if rows.height:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.writer = self.writer or pq.ParquetWriter(self.path, self.schema)
            self.writer.write_table(rows.select(self.key).to_arrow().cast(self.schema))

    def close(self) -> None:
        if self.writer:
            self.writer.close()


class Quarantine:
    """Rows that break a rule, with their line, their rules and their text. Stays in the home, readable by its owner."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.places: list[int] = []
        self.rules: list[list[str]] = []

    def add(self, places: list[int], rules: list[list[str]]) -> None:
        self.places += places
        self.rules += rules

    def write(self, ragged: list[Ragged], records_of: Callable[[Sequence[int]], list[Record]]) -> None:
        """Write all of it, in the order of lines; an earlier file of the same delivery is replaced or removed."""
        # Records are asked for in rising order; which rows contradict others shows late.
        found = sorted(zip(self.places, self.rules, strict=True))
        records = records_of([place for place, _ in found]) if found else []
        rows = [(one.line, rules, one.text) for one, (_, rules) in zip(records, found, strict=True)]
        rows += [(one.line, [f"type:record ({one.reason})"], one.text) for one in ragged]
        self.path.unlink(missing_ok=True)
        if not rows:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        schema: dict[str, Any] = {"line": pl.Int64, "rules": pl.List(pl.String), "raw": pl.String}
        unfinished = self.path.with_name(f".{self.path.name}.writing")
        pl.DataFrame(sorted(rows), schema=schema, orient="row").write_parquet(unfinished)
        os.replace(unfinished, self.path)


class Duplicates:
    """Takes out later rows of a key. A first pass over the keys alone finds which keys come twice; memory stays flat.

    Where rows count something (`amounts`), two that share a key and say different amounts contradict each other: no duplicates.
    Rows of events are compared whole (event_keys.py).
    """

    def __init__(self, key: tuple[str, ...], amounts: tuple[str, ...]) -> None:
        self.key, self.amounts = list(key), list(amounts)
        # First row of each key: where it is, what it says, and in which stretch it is.
        self.seen: dict[tuple[object, ...], tuple[int, object, int]] = {}
        # Keys that contradict themselves, with every amount reported; and where their rows after the first are.
        self.contradicted: dict[tuple[object, ...], set[object]] = {}
        self.later: list[int] = []
        # A key whose rows are all good but one is no duplicate: the pass only says where to look closely.
        self.suspects = pl.DataFrame(schema={KEY: pl.UInt64})
        self.stretch, self.rows = 0, 0
        # Key and content of rows of this stretch that an earlier one has, and of those that contradict others.
        self.seen_before: list[tuple[object, ...]] = []
        self.conflicts_here: list[tuple[object, ...]] = []
        # Where the latter are.
        self.aside: list[int] = []
        # What the last rows gave up: repeats, and those that contradict others.
        self.repeated = self.contrary = pl.DataFrame()

    def look_at(self, con: duckdb.DuckDBPyConnection, keys_sql: str) -> None:
        """Look closely, from here on, at keys that come twice in this."""
        found = con.execute(f"select {KEY} from ({keys_sql}) group by {KEY} having count(*) > 1").to_arrow_table()
        frame = pl.from_arrow(found)
        assert isinstance(frame, pl.DataFrame)
        self.suspects = pl.concat([self.suspects, frame.cast({KEY: pl.UInt64})]).unique()

    def begin(self) -> None:
        """A stretch begins, with counts of its own."""
        self.stretch, self.rows = self.stretch + 1, 0
        self.seen_before, self.conflicts_here, self.aside = [], [], []

    def note(self, keys: Iterable[tuple[object, ...]]) -> None:
        """Keys that are kept in a stretch whose rows are not gone through again."""
        for key in keys:
            self.seen.setdefault(key, (0, None, self.stretch))

    def take_out(self, rows: pl.DataFrame) -> pl.DataFrame:
        self.repeated = self.contrary = rows.clear()
        if self.suspects.is_empty() or rows.is_empty():
            return rows
        close = rows.join(self.suspects, on=KEY, how="semi", maintain_order="left")
        repeated, contrary = [], []
        for at, place, *values in close.select("_at", PLACE, *self.amounts, *self.key).iter_rows():
            said, key = tuple(values[: len(self.amounts)]), tuple(values[len(self.amounts) :])
            if key not in self.seen:
                self.seen[key] = (place, said, self.stretch)
                continue
            known = self.contradicted.get(key, {self.seen[key][1]})
            if said in known:
                self.rows += 1
                repeated.append(at)
            else:
                self.contradicted[key] = known | {said}
                self.later.append(place)
                contrary.append(at)
        return self._without(rows, repeated, contrary)

    def _without(self, rows: pl.DataFrame, repeated: list[int], contrary: list[int]) -> pl.DataFrame:
        if not repeated and not contrary:
            return rows
        self.repeated = rows.filter(pl.col("_at").is_in(repeated))
        self.contrary = rows.filter(pl.col("_at").is_in(contrary))
        return rows.filter(~pl.col("_at").is_in([*repeated, *contrary]))

    @property
    def contradicting(self) -> list[int]:
        """Where the rows are that contradict each other; the first of each key was kept until another one came."""
        return [*(self.seen[key][0] for key in self.contradicted), *self.later]
