"""Conforms a large delivery stretch by stretch. A stretch whose text is as it was in an earlier delivery is not conformed again."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from sga_pipeline.conform.after_arrival import RULE
from sga_pipeline.conform.event_keys import EventKeys, Key
from sga_pipeline.conform.outcome import Outcome, read_outcome
from sga_pipeline.conform.readers.opened import Opened, Stretch
from sga_pipeline.conform.rows import ConformContext, take_rows
from sga_pipeline.conform.select_sql import KEY
from sga_pipeline.conform.sinks import WITHDRAWN, Quarantine
from sga_pipeline.conform.sql_text import literal, literals, name
from sga_pipeline.home import write_text


class _TakeWhole(Exception):
    """A stretch holds another number of records than of lines: a record may reach over its end. Or a row is dated ahead, which
    it will not be in a later delivery."""


@dataclass(frozen=True)
class _Part:
    """A stretch, the folder and beginning of the files its rows are kept in, and where is written what became of it."""

    stretch: Stretch
    key: str
    folder: Path
    period: str
    record: Path

    @property
    def quarantine(self) -> Path:
        return self.record.with_suffix(".parquet")

    def kept(self, found: Outcome) -> Path:
        """Its file. What other stretches leave of its rows depends on the delivery, and each may still be in use for one."""
        key = self.key
        if found.seen_before or found.conflicting:
            left_out = json.dumps([found.seen_before, found.conflicting])
            key = hashlib.sha256(f"{key}|{left_out}".encode()).hexdigest()[:16]
        return self.folder / f"{self.period}-{key}.parquet"


def conform_stretches(
    context: ConformContext, opened: Opened, kept: Path, quarantine: Path, records: Path, outcome: Outcome
) -> bool:
    """Fill the outcome from the delivery's stretches; False where it has to be taken whole."""
    if context.plan.shape.kind != "events":
        # Counts and levels are small, and what is said twice in them has to be held together.
        return False
    parts = [_part(one, context, kept, records) for one in opened.stretches()]
    if len(parts) < 2:
        return False
    records.mkdir(parents=True, exist_ok=True)
    try:
        done = _conform(context, opened, parts)
    except duckdb.OutOfMemoryException:
        raise
    except (_TakeWhole, duckdb.Error):
        # Read whole it may be sound; if not, its fault is reported with the line where it is.
        return False
    for one in done:
        outcome.add(one)
    _unite_quarantines(parts, quarantine)
    return True


def drop_stretches(records: Path, in_use: Iterable[str]) -> None:
    """Forget stretches whose rows no delivery in use has."""
    used = set(in_use)
    for record in records.glob("*/*.json"):
        found = read_outcome(record)
        if found is None or not used.issuperset(found.files):
            record.unlink()
            record.with_suffix(".parquet").unlink(missing_ok=True)


def _part(stretch: Stretch, context: ConformContext, kept: Path, records: Path) -> _Part:
    # Another reading of its cells, decided over the whole delivery, makes other rows of the same text.
    text = f"{records.name}|{stretch.sha256}{context.readings.decision}"
    key = hashlib.sha256(text.encode()).hexdigest()[:16]
    return _Part(stretch, key, kept.parent, context.period or "all", records / f"{key}.json")


def _conform(context: ConformContext, opened: Opened, parts: Sequence[_Part]) -> list[Outcome]:
    known = {one.key: found for one in parts if (found := read_outcome(one.record)) and one.kept(found).is_file()}
    duplicates, keyed = EventKeys(context.plan), False
    whole = context.select(opened, "")
    if keys := context.keys_sql(whole):
        keyed = True
        duplicates.look_at(context.con, keys if not known else _all_keys(context, parts, known))
        if not duplicates.suspects.is_empty():
            duplicates.find_conflicts(_contents(context, parts, known, duplicates))
    done = []
    for part in parts:
        duplicates.begin()
        found = known.get(part.key)
        if found is None or (keyed and not _still_so(context, part, found, duplicates)):
            found = _afresh(context, part, duplicates, look=part.key in known)
            write_text(part.record, found.to_json())
        done.append(found)
    return done


def _afresh(context: ConformContext, part: _Part, duplicates: EventKeys, *, look: bool) -> Outcome:
    with part.stretch.open() as opened:
        selection = context.select(opened, part.key)
        keys = context.keys_sql(selection)
        if look and keys:
            # Of a stretch that was to be left as it was, only the rows it kept have been looked at.
            duplicates.look_at(context.con, keys)
        aside = part.folder / f".{part.key}.aside"
        outcome = take_rows(context, opened, selection, aside, Quarantine(part.quarantine), duplicates)
    dated_ahead = any(rule.startswith(f"{RULE}:") for rule in outcome.rules)
    if outcome.rows_in + outcome.rows_outside != part.stretch.records or dated_ahead:
        raise _TakeWhole
    outcome.key, outcome.sha256 = part.key, part.stretch.sha256
    outcome.seen_before = _listed(duplicates.seen_before)
    outcome.conflicting = _listed(duplicates.conflicts_here)
    kept = part.kept(outcome)
    os.replace(aside, kept)
    if aside.with_suffix(WITHDRAWN).is_file():
        os.replace(aside.with_suffix(WITHDRAWN), kept.with_suffix(WITHDRAWN))
    outcome.files = [kept.name]
    return outcome


def _all_keys(context: ConformContext, parts: Sequence[_Part], known: dict[str, Outcome]) -> str:
    """Keys of every row: where a stretch is known, of the rows it kept, left to an earlier stretch, or set aside as contradicted."""
    columns = context.plan.shape.key
    kept = [str(one.kept(known[one.key])) for one in parts if one.key in known]
    files = f"read_parquet([{literals(kept)}], hive_partitioning = false)"
    sources = [f"select {_hash(columns)} as {KEY} from {files}"]
    seen = [key for one in known.values() for *key, _ in (*one.seen_before, *one.conflicting)]
    context.con.register(
        "seen_before", pl.DataFrame(seen, schema=dict.fromkeys(columns, pl.String), orient="row").to_arrow()
    )
    sources.append(f"select {_hash(columns)} from seen_before")
    for part in parts:
        if part.key not in known:
            with part.stretch.open() as opened:
                table = f"keys_{part.key}"
                context.con.execute(
                    f"create temp table {table} as {context.keys_sql(context.select(opened, part.key))}"
                )
                sources.append(f"from {table}")
    return " union all ".join(sources)


def _contents(
    context: ConformContext, parts: Sequence[_Part], known: dict[str, Outcome], duplicates: EventKeys
) -> Iterator[tuple[Key, str]]:
    """What the rows of keys that come twice say: a known stretch is not read again for it."""
    for part in parts:
        if part.key in known:
            found = known[part.key]
            yield from duplicates.contents(_kept_suspects(context, part, found, duplicates))
            yield from ((tuple(key), content) for *key, content in (*found.seen_before, *found.conflicting))
        else:
            with part.stretch.open() as opened:
                for rows in context.good_rows(context.select(opened, part.key), duplicates):
                    yield from duplicates.contents(rows)


def _kept_suspects(context: ConformContext, part: _Part, found: Outcome, duplicates: EventKeys) -> pl.DataFrame:
    """The rows of keys that come twice that a known stretch keeps."""
    context.con.register("suspects", duplicates.suspects.to_arrow())
    sql = (
        f"select * from read_parquet({literal(str(part.kept(found)))}, hive_partitioning = false) "
        f"where {_hash(context.plan.shape.key)} in (select {KEY} from suspects)"
    )
    rows = pl.from_arrow(context.con.execute(sql).to_arrow_table())
    assert isinstance(rows, pl.DataFrame)
    return rows


def _still_so(context: ConformContext, part: _Part, found: Outcome, duplicates: EventKeys) -> bool:
    """Whether the other stretches leave the same of its rows as they did; the keys it keeps are then kept in turn."""
    if duplicates.suspects.is_empty():
        return not found.seen_before and not found.conflicting
    kept = {key for key, _ in duplicates.contents(_kept_suspects(context, part, found, duplicates))}
    before, contradicted = ({tuple(key) for *key, _ in rows} for rows in (found.seen_before, found.conflicting))
    here = kept | before | contradicted
    if here & duplicates.conflicting != contradicted:
        return False
    if {key for key in here - contradicted if key in duplicates.seen} != before:
        return False
    duplicates.note(kept)
    return True


def _listed(rows: Sequence[tuple[object, ...]]) -> list[tuple[str, ...]]:
    return sorted({tuple(str(one) for one in row) for row in rows})


def _hash(columns: Sequence[str]) -> str:
    return f"hash({', '.join(name(one) for one in columns)})"


def _unite_quarantines(parts: Sequence[_Part], target: Path) -> None:
    target.unlink(missing_ok=True)
    rows = [
        pl.read_parquet(one.quarantine).with_columns(pl.col("line") + one.stretch.lines_before)
        for one in parts
        if one.quarantine.is_file()
    ]
    if rows:
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished = target.with_name(f".{target.name}.writing")
        pl.concat(rows).write_parquet(unfinished)
        os.replace(unfinished, target)
