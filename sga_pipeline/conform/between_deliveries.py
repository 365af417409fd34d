"""Keys that stand in several deliveries in use: of each the newest counts, or it is a repeat, or the deliveries contradict each other."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import duckdb
import polars as pl

from sga_pipeline.conform.conflicting_records import CONTRADICTS_ANOTHER, DIFFERS, ConflictingRecords
from sga_pipeline.conform.conformed import Conformed, outcome_file
from sga_pipeline.conform.files_as_conformed import withdrawn_keys
from sga_pipeline.conform.outcome import Outcome, read_outcome
from sga_pipeline.conform.points import PlaceFinder
from sga_pipeline.conform.recounting import count_again
from sga_pipeline.conform.row_fates import Entry, add_entries
from sga_pipeline.conform.row_ledger import Fate, RowLedger
from sga_pipeline.conform.same_key import amount_columns, has_keys, sums_records
from sga_pipeline.conform.sinks import KeptFile
from sga_pipeline.conform.sql_text import literals, name
from sga_pipeline.contracts.assessment import FeedPlan
from sga_pipeline.contracts.feed import FromRow
from sga_pipeline.home import Home, write_text

CHUNK_ROWS = 500_000


@dataclass(frozen=True)
class _File:
    """A conformed file, and the place of the newest delivery that holds it: 0 is the newest of all."""

    path: Path
    rank: int


class _Written(NamedTuple):
    """The name of the file in use, and the rows it is without: given anew, repeated, or contradicting another delivery."""

    file: str
    superseded: int = 0
    repeated: int = 0
    contrary: int = 0
    fates: tuple[Entry, ...] = ()
    # Keys of rows whose records have to be found.
    lost: tuple[pl.DataFrame, ...] = ()


def settle_deliveries(
    plan: FeedPlan, results: Sequence[Conformed], kept: Path, home: Home, places: PlaceFinder | None = None
) -> list[Conformed]:
    """The same deliveries, with outcomes and files in which no key counts twice; `kept` holds their files as conformed."""
    in_use = sorted((one for one in results if one.in_use), key=lambda one: one.outcome.period or "", reverse=True)
    records = ConflictingRecords(plan, home, places)
    if len(in_use) < 2 or not has_keys(plan):
        records.forget()
        return list(results)
    files = _files(in_use, kept)
    text = json.dumps([[file.path.name, file.rank] for file in files] + [str(plan.feed.updates)])
    mark = hashlib.sha256(text.encode()).hexdigest()[:16]
    # Where no key is in two of them, nothing is left to be done but to remember it.
    nothing = outcome_file(plan, mark, home).with_suffix(".nothing")
    known = {} if nothing.is_file() else _known(plan, in_use, mark, kept, home)
    if known is None:
        records.forget()
        with _connection(home, plan.city.id) as con:
            known = _Settling(plan, con, files, kept, mark, records).settle(in_use)
        for old in [*nothing.parent.glob("*-*.json"), *nothing.parent.glob("*.nothing")]:
            old.unlink()
        if not known:
            write_text(nothing, "")
        for outcome in known.values():
            write_text(outcome_file(plan, outcome.key, home), outcome.to_json())
    return [replace(one, outcome=known.get(id(one), one.outcome)) for one in results]


def _files(in_use: Sequence[Conformed], kept: Path) -> list[_File]:
    ranks: dict[str, int] = {}
    for rank, one in enumerate(in_use):
        for file in one.outcome.files:
            ranks.setdefault(file, rank)
    return [_File(kept / file, rank) for file, rank in ranks.items()]


def _known(plan: FeedPlan, in_use: Sequence[Conformed], mark: str, kept: Path, home: Home) -> dict[int, Outcome] | None:
    """What an earlier run made of the same files; None where it is not all here."""
    found = {}
    for one in in_use:
        outcome = read_outcome(outcome_file(plan, _key(one.outcome, mark), home))
        if outcome is None or not all((kept / file).is_file() for file in outcome.files):
            return None
        found[id(one)] = outcome
    return found


def _key(outcome: Outcome, mark: str) -> str:
    return f"{outcome.key}-{mark}"


@contextmanager
def _connection(home: Home, city_id: str) -> Iterator[duckdb.DuckDBPyConnection]:
    folder = home.scratch(city_id)
    folder.mkdir(parents=True, exist_ok=True)
    scratch = tempfile.mkdtemp(prefix="deliveries-", dir=folder)
    # A file, so that tables need no memory of their own.
    con = duckdb.connect(
        str(Path(scratch) / "keys.duckdb"), config={"threads": 2, "memory_limit": "400MB", "temp_directory": scratch}
    )
    try:
        con.execute("set TimeZone = 'UTC'")
        yield con
    finally:
        con.close()
        shutil.rmtree(scratch, ignore_errors=True)


class _Settling:
    """Finds the keys that several deliveries have, and writes files without the rows that do not count."""

    def __init__(
        self,
        plan: FeedPlan,
        con: duckdb.DuckDBPyConnection,
        files: Sequence[_File],
        kept: Path,
        mark: str,
        records: ConflictingRecords,
    ) -> None:
        self.plan, self.con, self.files, self.kept, self.mark = plan, con, files, kept, mark
        self.records = records
        self.key = ", ".join(name(one) for one in plan.shape.key)
        self.updates = plan.feed.updates is not None
        self.sums = sums_records(plan)
        # Of rows that a newer delivery has as well.
        self.fate: Fate = "superseded" if self.updates else "duplicate"

    def settle(self, in_use: Sequence[Conformed]) -> dict[int, Outcome]:
        shared = self._find_shared()
        # A large delivery may share whole files with an older one.
        if not shared and len(self.files) == sum(len(one.outcome.files) for one in in_use):
            return {}
        changed = self._changes() if shared and self.updates else {}
        settled, written = {}, {}
        for file in self.files:
            written[file.path.name] = self._without_losers(file) if shared else _Written(file.path.name)
        for rank, one in enumerate(in_use):
            mine = [file for file in self.files if file.rank == rank and file.path.name in one.outcome.files]
            settled[id(one)] = self._outcome(
                one, rank, [written[file.path.name] for file in mine], changed.get(rank, 0)
            )
        return settled

    def _find_shared(self) -> bool:
        """Put every version of each key that comes twice into the table `versions`, and what becomes of it into `decided`."""
        hashed = f"hash({self.key})"
        sources = " union all ".join(self._source(file, hashed) for file in self.files)
        self.con.execute(
            f"create table suspects as select _hash from ({sources}) group by _hash having min(_rank) < max(_rank)"
        )
        if not self._number("select count(*) from suspects"):
            return False
        content = f"hash({', '.join(name(one) for one in self._compared()) or 'true'})"
        chosen = f"where {hashed} in (select _hash from suspects)"
        versions = " union all ".join(self._versions(file, content, chosen) for file in self.files)
        self.con.execute(f"create table versions as {versions}")
        self.con.execute(
            f"create table decided as select {self.key}, min(_rank) as _newest, min(_content) <> max(_content) as {DIFFERS} "
            f"from versions group by {self.key} having min(_rank) < max(_rank)"
        )
        return self._number("select count(*) from decided") > 0

    def _source(self, file: _File, hashed: str) -> str:
        return " union all ".join(
            f"select {hashed} as _hash, {file.rank} as _rank from {_table(path)}"
            for path in (file.path, *withdrawn_keys(file.path))
        )

    def _versions(self, file: _File, content: str, chosen: str) -> str:
        found = [f"select {self.key}, {file.rank} as _rank, {content} as _content from {_table(file.path)} {chosen}"]
        found += [
            f"select {self.key}, {file.rank} as _rank, null::ubigint as _content from {_table(path)} {chosen}"
            for path in withdrawn_keys(file.path)
        ]
        return " union all ".join(found)

    def _compared(self) -> list[str]:
        """What two rows of one key are compared by: their amounts, where they have some and neither is newer; else all they say."""
        shape = self.plan.shape
        amounts = amount_columns(shape)
        if amounts and not self.updates:
            return list(amounts)
        own = {one for one, how in self.plan.feed.columns.items() if isinstance(how, FromRow)}
        return [one.name for one in shape.columns if one.name not in shape.key and one.name not in own]

    def _changes(self) -> dict[int, int]:
        """For each delivery, the records that an older one gave otherwise."""
        found = self.con.execute(
            f"select _rank, count(*) from (select _rank, _content, lag(_content) over (partition by {self.key} order by _rank desc) "
            "as _before from versions) where _before <> _content group by _rank"
        ).fetchall()
        return {int(rank): int(rows) for rank, rows in found}

    def _without_losers(self, file: _File) -> _Written:
        """Write the file anew without the rows that do not count, if there are any."""
        same = " and ".join(f"one.{name(key)} is not distinct from lost.{name(key)}" for key in self.plan.shape.key)
        condition = f"_newest < {file.rank}" if self.updates else f"{DIFFERS} or _newest < {file.rank}"
        # Chosen before it is joined: a condition in the join itself would have every row compared with every other.
        lost = f"(select * from decided where {condition}) as lost on {same}"
        ledger, gone, contrary, keys = RowLedger(self.plan), 0, 0, []
        for rows in self._rows(f"select one.*, lost.{DIFFERS} from {_table(file.path)} as one inner join {lost}"):
            differing = rows.filter(pl.col(DIFFERS)) if not self.updates else rows.clear()
            ledger.take(differing, "conflicting")
            ledger.take(rows if self.updates else rows.filter(~pl.col(DIFFERS)), self.fate)
            gone, contrary = gone + len(rows), contrary + len(differing)
            keys.append((rows if self.sums else differing).select(*self.plan.shape.key, DIFFERS))
        if not gone:
            return _Written(file.path.name)
        own = hashlib.sha256(f"{file.path.name}|{self.mark}".encode()).hexdigest()[:16]
        target = self.kept / f"{file.path.stem[:-16]}{own}.parquet"
        with KeptFile(target, self.plan.shape) as written:
            sql = f"select one.* from {_table(file.path)} as one anti join {lost}"
            for rows in self._rows(sql):
                written.write(rows)
        fates = tuple(ledger.entries())
        if self.updates:
            return _Written(target.name, superseded=gone, fates=fates)
        lost_keys = tuple(one for one in keys if one.height)
        return _Written(target.name, repeated=gone - contrary, contrary=contrary, fates=fates, lost=lost_keys)

    def _rows(self, sql: str) -> Iterator[pl.DataFrame]:
        for batch in self.con.execute(sql).to_arrow_reader(CHUNK_ROWS):
            frame = pl.from_arrow(batch)
            assert isinstance(frame, pl.DataFrame)
            yield frame

    def _outcome(self, one: Conformed, rank: int, written: Sequence[_Written], changed: int) -> Outcome:
        before, mine = one.outcome, {file.path.name for file in self.files if file.rank == rank}
        lost = [*written, *self._elsewhere(before, mine)]
        if keys := [frame for part in written for frame in part.lost]:
            records = self.records.set_aside(one.delivery, pl.concat(keys).unique())
            # Where a row stands for several records, those are what a delivery has lost.
            lost = [self._of_records(records)] if self.sums else lost
        superseded, repeated = sum(part.superseded for part in lost), sum(part.repeated for part in lost)
        contrary = sum(part.contrary for part in lost)
        files = [self.kept / part.file for part in written]
        after = replace(
            before,
            key=_key(before, self.mark),
            files=[file.name for file in files],
            rows_kept=before.rows_kept - superseded - repeated - contrary,
            rows_superseded=superseded,
            rows_duplicate=before.rows_duplicate + repeated,
            rows_quarantined=before.rows_quarantined + contrary,
            rows_conflicting=contrary,
            rows_changed=changed,
        )
        if not self.updates:
            after.severities = before.severities | {CONTRADICTS_ANOTHER: "high"}
        if contrary:
            after.rules = before.rules | {CONTRADICTS_ANOTHER: contrary}
        for part in lost:
            after.row_fates = add_entries(after.row_fates, part.fates)
        if after.rows_kept < before.rows_kept:
            count_again(self.con, self.plan, before, after, files)
        after.check()
        return after

    def _elsewhere(self, before: Outcome, mine: set[str]) -> Iterator[_Written]:
        """Files that a newer delivery has as well: they count there."""
        for file in before.files:
            if file not in mine:
                ledger, rows = RowLedger(self.plan), 0
                for frame in self._rows(f"select * from {_table(self.kept / file)}"):
                    ledger.take(frame, self.fate)
                    rows += len(frame)
                anew = rows if self.updates else 0
                yield _Written(file, superseded=anew, repeated=rows - anew, fates=tuple(ledger.entries()))

    def _of_records(self, records: pl.DataFrame) -> _Written:
        ledger, contrary = RowLedger(self.plan), records.filter(pl.col(DIFFERS))
        ledger.take(contrary, "conflicting")
        ledger.take(records.filter(~pl.col(DIFFERS)), self.fate)
        repeated = len(records) - len(contrary)
        return _Written("", repeated=repeated, contrary=len(contrary), fates=tuple(ledger.entries()))

    def _number(self, sql: str) -> int:
        found = self.con.execute(sql).fetchone()
        return int(found[0]) if found else 0


def _table(*paths: Path) -> str:
    return f"read_parquet([{literals([str(path) for path in paths])}], hive_partitioning = false)"
