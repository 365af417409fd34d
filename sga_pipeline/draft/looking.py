"""Measures the columns of a delivery over a bounded sample spread evenly over it."""

from __future__ import annotations

import re
from dataclasses import dataclass

import duckdb

from sga_pipeline.conform.readers.opened import Opened
from sga_pipeline.draft.column import Column
from sga_pipeline.draft.dates import dates_of
from sga_pipeline.draft.numbers import numbers_of
from sga_pipeline.draft.word_lists import meanings_of, missing_words

MAX_ROWS = 200_000
MAX_COLUMNS = 600
# Distinct values of one column that are looked at; of more, the most frequent.
MAX_VALUES = 20_000


@dataclass(frozen=True)
class Looked:
    """The columns, and how many of all rows were looked at."""

    columns: list[Column]
    rows: int
    looked_at: int
    broken: int

    @property
    def words(self) -> str:
        if self.looked_at == self.rows:
            return f"all {self.rows:,} rows were looked at"
        return f"{self.looked_at:,} of {self.rows:,} rows were looked at, spread evenly"


def look(con: duckdb.DuckDBPyConnection, opened: Opened) -> Looked:
    """Take the sample and measure each column of it. The same delivery gives the same sample."""
    rows = int(con.execute(f"select count(*) from {opened.relation}").fetchall()[0][0])
    every = max(1, -(-rows // MAX_ROWS))
    width = min(len(opened.header), MAX_COLUMNS)
    cells = ", ".join(f"nullif(trim(c{i}), '') as c{i}" for i in range(width))
    if every == 1:
        con.execute(f"create or replace table looked as select {cells} from {opened.relation}")
    else:
        con.execute(
            f"create or replace table looked as select {cells} from (select *, row_number() over () - 1 as place "
            f"from {opened.relation}) where place % {every} = 0"
        )
    looked_at = int(con.execute("select count(*) from looked").fetchall()[0][0])
    columns = [_column(con, name, place, looked_at) for place, name in enumerate(opened.header[:width])]
    return Looked(columns, rows, looked_at, len(opened.ragged()))


def _column(con: duckdb.DuckDBPyConnection, name: str, place: int, rows: int) -> Column:
    cell = f"c{place}"
    filled, distinct, length = con.execute(
        f"select count({cell}), count(distinct {cell}), coalesce(avg(length({cell})), 0) from looked"
    ).fetchall()[0]
    values = [
        (str(value), int(count))
        for value, count in con.execute(
            f"select substr({cell}, 1, 300), count(*) from looked where {cell} is not null group by {cell} "
            f"order by 2 desc, {cell} limit {MAX_VALUES}"
        ).fetchall()
    ]
    column = Column(name, place, rows, int(filled), int(distinct), values, float(length))
    absent = missing_words()
    column.missing_words = [
        (value, count) for value, count in values if value.lower() in absent and _stands_out(value, count, values)
    ]
    kept = {value for value, _ in column.missing_words}
    there = [(value, count) for value, count in values if value not in kept]
    if there and length < 60:
        column.dates = dates_of(there)
        column.numbers = None if column.dates and column.dates.formats != ("%Y%m%d",) else numbers_of(there)
    column.meanings = meanings_of(name)
    return column


def _stands_out(value: str, count: int, values: list[tuple[str, int]]) -> bool:
    """Words of nothing always stand out; a number does where no other is anywhere near it."""
    if not re.fullmatch(r"-?[0-9.]+", value):
        return True
    others = [float(one) for one, _ in values if one != value and re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", one)]
    if not others or not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", value):
        return False
    number = float(value)
    return (
        (number < 0 <= min(others))
        or (number < 0 and number < 3 * min(others))
        or (number > 3 * max(others) and count > 1)
    )
