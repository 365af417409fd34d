"""What files of one series have in common: keys that come again, with the same content or another, and the periods of their rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import duckdb

from sga_pipeline.conform.open_delivery import open_delivery
from sga_pipeline.conform.sql_text import literal, literals
from sga_pipeline.contracts.formats import Format
from sga_pipeline.contracts.shape import Shape
from sga_pipeline.draft.column import Column
from sga_pipeline.draft.filling_base import Filling
from sga_pipeline.draft.series import Member, Series
from sga_pipeline.errors import DeliveryError

# Of larger series, the same part of the keys of every file.
MOST_ROWS = 3_000_000


@dataclass(frozen=True)
class Pair:
    """An older file and the next: keys of the older, and how many come again, as they were or with other content."""

    keys: int
    same: int
    changed: int
    # Keys that only the newer one has.
    new: int

    @property
    def again(self) -> int:
        return self.same + self.changed


@dataclass(frozen=True)
class Compared:
    """All of it. Without key columns whole rows are compared, and no key can change."""

    series: Series
    key: tuple[str, ...]
    # No column says when.
    is_timeless: bool
    pairs: tuple[Pair, ...]
    # Rows whose time can be read, and those of them dated in the period their file is named after; by file.
    dated: tuple[int, ...]
    own: tuple[int, ...]
    # Files that cannot be read as the newest is, with why.
    others: tuple[tuple[Path, str], ...] = ()


@dataclass(frozen=True)
class Layout:
    """How the newest file was read, and what its columns mean."""

    form: Format
    shape: Shape
    columns: Sequence[Column]
    filling: Filling

    @property
    def key(self) -> list[str]:
        """Source columns that make the key; none where rows are numbered."""
        own = self.shape.key if self.shape.kind != "events" else self.shape.key[:1]
        return [one.name for one in self.columns if self.filling.used.get(one.name) in own]

    @property
    def is_timeless(self) -> bool:
        return self.shape.time_column is not None and self.time is None

    @property
    def time(self) -> Column | None:
        return next((one for one in self.columns if self.filling.used.get(one.name) == self.shape.time_column), None)


def compare(con: duckdb.DuckDBPyConnection, series: Series, layout: Layout, rows: int, scratch: Path) -> Compared:
    """Read every file of a series as the newest was read. The same files give the same facts."""
    others: list[tuple[Path, str]] = []
    every = max(1, -(-rows * len(series.members) // MOST_ROWS))
    dated, own = [], []
    for at, member in enumerate(series.members):
        try:
            dated_here, own_here = _take(con, at, member, series.freq, layout, every, scratch)
        except (DeliveryError, duckdb.Error) as error:
            why = str(error) if isinstance(error, DeliveryError) else "it cannot be read as the newest of its series is"
            others.append((member.file, why))
            continue
        dated.append(dated_here)
        own.append(own_here)
    left = series.without({file for file, _ in others})
    places = [at for at, member in enumerate(series.members) if member in left.members]
    pairs = tuple(_pair(con, older, newer) for older, newer in pairwise(places))
    return Compared(left, tuple(layout.key), layout.is_timeless, pairs, tuple(dated), tuple(own), tuple(others))


def _take(
    con: duckdb.DuckDBPyConnection, at: int, member: Member, freq: str, layout: Layout, every: int, scratch: Path
) -> tuple[int, int]:
    """Put keys and content of a file into a table of its own; give the rows with a time, and those of its own period."""
    own_scratch = scratch / f"file{at}"
    own_scratch.mkdir(exist_ok=True)
    opened = open_delivery(con, member.file, layout.form, own_scratch)
    cells = {name: f"nullif(trim(c{place}), '')" for place, name in enumerate(opened.header)}
    names = [one.name for one in layout.columns]
    if set(names) != set(opened.header[: len(names)]) or len(set(names)) < len(names):
        raise DeliveryError("its columns are not those of the newest of its series", "It is drafted apart.", None)
    key = layout.key or names
    content = [one for one in names if one not in key]
    when = _period(layout.time, cells[layout.time.name]) if layout.time else "cast(null as varchar)"
    con.execute(
        f"create or replace table file_{at} as select hash({', '.join(cells[one] for one in key)}) as key, "
        f"hash({', '.join(cells[one] for one in content) or 'true'}) as content, {when} as period from {opened.relation}"
    )
    if every > 1:
        con.execute(f"delete from file_{at} where key % {every} <> 0")
    inside = _inside(freq, member.place)
    found = con.execute(
        f"select count({inside}), count(*) filter ({inside}) from file_{at} where period <> ''"
    ).fetchone()
    return (int(found[0]), int(found[1])) if found else (0, 0)


def _pair(con: duckdb.DuckDBPyConnection, older: int, newer: int) -> Pair:
    of_key = "select key, bit_xor(hash(content)) as content, count(*) as n from file_{} group by key"
    found = con.execute(
        f"with older as ({of_key.format(older)}), newer as ({of_key.format(newer)}) "
        "select count(*) filter (older.n > 0), count(*) filter ((older.content, older.n) = (newer.content, newer.n)), "
        "count(*) filter (older.n > 0 and newer.n > 0), count(*) filter (older.n is null) "
        "from older full join newer using (key)"
    ).fetchone()
    keys, same, again, new = (int(one) for one in found) if found else (0, 0, 0, 0)
    return Pair(keys, same, again - same, new)


def _period(column: Column, cell: str) -> str:
    """The month of a row, or its year where no month can be read."""
    year = f"regexp_extract({cell}, '((?:19|20)[0-9]{{2}})', 1)"
    if column.dates and not column.dates.ambiguous and not column.dates.same_start:
        return f"coalesce(strftime(try_strptime({cell}, [{literals(column.dates.formats)}]), '%Y-%m'), '')"
    month = f"regexp_extract({cell}, '^(?:19|20)[0-9]{{2}}-(0[1-9]|1[0-2])(?:-.*)?$', 1)"
    return f"{year} || case when {month} <> '' then '-' || {month} else '' end"


def _inside(freq: str, place: str) -> str:
    """Whether a row is of the period its file is named after; null where that cannot be known."""
    if freq == "A":
        return f"substr(period, 1, 4) = {literal(place)}"
    if freq == "M":
        return f"case when length(period) = 7 then period = {literal(place)} end"
    if freq == "Q":
        first = 3 * int(place[-1]) - 2
        months = literals([f"{place[:4]}-{month:02}" for month in range(first, first + 3)])
        return f"case when length(period) = 7 then period in ({months}) end"
    return "cast(null as boolean)"
