"""Takes the rows of a table through the contract's rules, chunk by chunk, to the sink where each belongs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import duckdb
import polars as pl

from sga_pipeline.conform.boundaries import add_area
from sga_pipeline.conform.column_readings import Readings, settle_readings
from sga_pipeline.conform.corrections import count_met, note_places
from sga_pipeline.conform.event_keys import EventKeys
from sga_pipeline.conform.outcome import Outcome
from sga_pipeline.conform.own_period import OUTSIDE_PERIOD
from sga_pipeline.conform.points import PlaceFinder
from sga_pipeline.conform.readers.opened import Opened
from sga_pipeline.conform.recoding import merge_areas, recode
from sga_pipeline.conform.row_ledger import RowLedger, count_years
from sga_pipeline.conform.row_rules import POLARS_TYPES, RowRules, build_rules
from sga_pipeline.conform.same_key import add_up, amount_column, amount_columns, leave_out
from sga_pipeline.conform.select_sql import IN_SCOPE, KEY, UNREADABLE, Selection, build_selection
from sga_pipeline.conform.sinks import PLACE, Duplicates, KeptFile, Quarantine, WithdrawnKeys
from sga_pipeline.conform.unlisted_codes import unlisted_codes
from sga_pipeline.conform.unmapped_codes import note_unmapped
from sga_pipeline.conform.volumes import count_volumes
from sga_pipeline.contracts.assessment import FeedPlan
from sga_pipeline.contracts.feed import FromColumns, Joined
from sga_pipeline.contracts.places import FromPoint

CHUNK_ROWS = 500_000


@dataclass
class ConformContext:
    """What conforming one delivery needs: the connection, the plan of the feed, its period, and the finder of places."""

    con: duckdb.DuckDBPyConnection
    plan: FeedPlan
    period: str | None
    # Finds areas from points, where the contract asks for it.
    places: PlaceFinder | None
    # No row can be dated after this day.
    last: date | None = None
    named: set[str] = field(default_factory=set)
    readings: Readings = field(default_factory=Readings)

    def settle(self, opened: Opened) -> None:
        """Decide over the whole delivery how cells that could mean two things are read, before any row is taken."""
        self.readings = settle_readings(self.con, self.plan, self.select(opened, "").texts)

    def select(self, opened: Opened, key: str) -> Selection:
        """The SQL that reads a table in the shape's form; rows without an identifier of their own are called after `key`."""
        selection = build_selection(self.plan, opened, key, self.period, self.readings)
        for translation in selection.translations:
            if translation.type_name not in self.named:
                keys = ", ".join("'" + code.replace("'", "''") + "'" for code in translation.keys)
                self.con.execute(f"create type {translation.type_name} as enum ({keys})")
                self.named.add(translation.type_name)
        return selection

    def keys_sql(self, selection: Selection) -> str | None:
        """The key of every row, where two that are the same would be duplicates."""
        return None if self.plan.feed.adds_up else selection.key_sql

    def duplicates(self) -> Duplicates:
        amounts = amount_columns(self.plan.shape)
        # Of areas the first stands, and the others are found by their ground.
        if amounts or self.plan.shape.kind == "reference":
            return Duplicates(self.plan.shape.key, amounts)
        return EventKeys(self.plan)

    def good_rows(self, selection: Selection, duplicates: Duplicates | None = None) -> Iterator[pl.DataFrame]:
        """Rows that break no rule, counted nowhere, each with its place; or those of keys that come twice, for a closer look."""
        sql = selection.sql
        if duplicates:
            self.con.register("suspects", duplicates.suspects.to_arrow())
            sql = f"select * from ({sql}) where {IN_SCOPE} and {KEY} in (select {KEY} from suspects)"
        rules, unused, total = build_rules(self.plan, selection.bits, self.last), Outcome("", "", None), 0
        for chunk in _chunks(self.con, sql):
            chunk = _numbered(chunk, total)
            total += len(chunk)
            settled = _settle_places(chunk.filter(pl.col(IN_SCOPE)), self.plan, selection, unused, self.places)
            yield _set_bad_aside(settled, rules, Quarantine(Path()), unused, RowLedger(self.plan))


def take_rows(
    context: ConformContext,
    opened: Opened,
    selection: Selection,
    kept_file: Path,
    quarantine: Quarantine,
    duplicates: Duplicates,
) -> Outcome:
    """What the rows of a table come to: each is kept, set aside, or a duplicate."""
    plan, outcome = context.plan, Outcome("", "", context.period)
    rules, unlisted = build_rules(plan, selection.bits, context.last), unlisted_codes(plan)
    amount, ledger = amount_column(plan.shape), RowLedger(plan)
    columns = [column.name for column in plan.shape.columns]
    total, withdrawn = 0, WithdrawnKeys(kept_file, plan.shape)
    with KeptFile(kept_file, plan.shape) as kept:
        for chunk in _chunks(context.con, selection.sql):
            chunk = _numbered(chunk, total)
            total += len(chunk)
            if OUTSIDE_PERIOD in chunk.columns:
                outcome.rows_outside_period += int(chunk[OUTSIDE_PERIOD].sum())
            if plan.feed.updates:
                withdrawn.add(chunk.filter(~pl.col(IN_SCOPE)))
            chunk = _take_scope(chunk, ledger)
            outcome.rows_in += len(chunk)
            chunk = _settle_places(chunk, plan, selection, outcome, context.places)
            if plan.corrections:
                count_met(chunk, plan, outcome)
            good = _set_bad_aside(chunk, rules, quarantine, outcome, ledger)
            good = duplicates.take_out(good)
            ledger.take(duplicates.repeated, "duplicate")
            ledger.take(duplicates.contrary, "conflicting")
            kept.write(good.select(columns))
            settled = unlisted.settle(good)
            note_unmapped(settled, unlisted.sides, plan, outcome)
            note_unmapped(settled, selection.unmapped, plan, outcome)
            _describe(settled, plan, outcome)
            if plan.corrections:
                note_places(good, plan, outcome)
    withdrawn.close()
    outcome.rows_kept, outcome.rows_duplicate = kept.rows, duplicates.rows
    if amount and not plan.feed.adds_up:
        firsts = _set_contradictions_aside(plan, kept, duplicates, quarantine, f"conflict:{amount}", outcome)
        ledger.take(firsts, "conflicting")
        _count_what_is_said(unlisted.settle(firsts), plan, outcome, -1)
    elif isinstance(duplicates, EventKeys) and selection.key_sql:
        _set_conflicts_aside(duplicates, quarantine, f"conflict:{'+'.join(plan.shape.key)}", outcome)
    # Only now: two codes that do not exist are two keys, until it is known what contradicts what.
    unlisted.settle_file(kept, plan.shape, outcome.unmapped)
    if amount and plan.feed.adds_up:
        add_up(context.con, kept, plan.shape, amount)
    if plan.crosswalk:
        merge_areas(context.con, kept, plan, plan.crosswalk)
    outcome.rows_outside = total - outcome.rows_in
    ragged = opened.ragged()
    outcome.rows_in += len(ragged)
    outcome.rows_quarantined += len(ragged)
    ledger.take_unread(len(ragged))
    outcome.row_fates = ledger.entries()
    if ragged:
        outcome.rules["type:record"] = len(ragged)
        outcome.severities["type:record"] = "high"
    quarantine.write(ragged, lambda places: opened.records_of(places, total))
    outcome.files = [kept_file.name]
    outcome.volumes = count_volumes(context.con, [kept_file], plan.shape)
    outcome.check()
    return outcome


def _take_scope(chunk: pl.DataFrame, ledger: RowLedger) -> pl.DataFrame:
    """The rows that are in scope."""
    is_outside = pl.col(OUTSIDE_PERIOD) if OUTSIDE_PERIOD in chunk.columns else pl.lit(False)
    others = chunk.filter(~pl.col(IN_SCOPE))
    ledger.take(others.filter(~is_outside), "out_of_scope")
    ledger.take(others.filter(is_outside), "outside_period")
    return chunk.filter(pl.col(IN_SCOPE)) if len(others) else chunk


def _settle_places(
    chunk: pl.DataFrame, plan: FeedPlan, selection: Selection, outcome: Outcome, places: PlaceFinder | None
) -> pl.DataFrame:
    """What cannot be said in SQL: boundaries in one form, areas found from points, codes of other systems as the city's own."""
    if plan.shape.id == "areas":
        chunk, repaired = add_area(chunk, UNREADABLE, selection.bits)
        outcome.boundaries_repaired += repaired
        return chunk
    if places:
        chunk = places.place(chunk)
    elif plan.crosswalk:
        chunk = recode(chunk, plan, plan.crosswalk)
    else:
        return chunk
    return chunk.with_columns(pl.col("area_id").fill_null(pl.lit(plan.area_of_blanks, dtype=pl.String)))


def _chunks(con: duckdb.DuckDBPyConnection, sql: str) -> Iterator[pl.DataFrame]:
    for batch in con.execute(sql).to_arrow_reader(CHUNK_ROWS):
        frame = pl.from_arrow(batch)
        assert isinstance(frame, pl.DataFrame)
        yield frame


def _numbered(chunk: pl.DataFrame, before: int) -> pl.DataFrame:
    """Each record with its place in the delivery."""
    return chunk.with_columns(pl.int_range(before, before + len(chunk), dtype=pl.Int64).alias(PLACE))


def _set_bad_aside(
    chunk: pl.DataFrame, rules: RowRules, quarantine: Quarantine, outcome: Outcome, ledger: RowLedger
) -> pl.DataFrame:
    chunk = chunk.with_row_index("_at")
    failures = rules.failures(chunk)
    outcome.severities |= rules.severities
    if failures.is_empty():
        return chunk
    # A value that could not be read is null; that it is also required says nothing new.
    unreadable = failures.filter(pl.col("rule").str.starts_with("type:")).select(
        "place", pl.col("rule").str.replace("type:", "required:", literal=True)
    )
    failures = failures.join(unreadable, on=["place", "rule"], how="anti")
    for rule, number in failures.group_by("rule").len().iter_rows():
        outcome.rules[rule] = outcome.rules.get(rule, 0) + number
    fatal = failures.filter(~pl.col("rule").is_in([*rules.warnings, *rules.optional.of_rules]))
    # Of a row that is set aside no single value is missed.
    chunk = rules.optional.lose(chunk, failures.join(fatal, on="place", how="anti"), outcome.unusable)
    if fatal.is_empty():
        return chunk
    by_row = fatal.group_by("place").agg(pl.col("rule").sort()).sort("place")
    bad = chunk.join(by_row, left_on=pl.col("_at").cast(pl.Int64), right_on="place", maintain_order="left")
    ledger.take(bad, "quarantined", rules="rule")
    quarantine.add(bad[PLACE].to_list(), bad["rule"].to_list())
    outcome.rows_quarantined += len(bad)
    return chunk.join(by_row, left_on=pl.col("_at").cast(pl.Int64), right_on="place", how="anti", maintain_order="left")


def _set_conflicts_aside(duplicates: EventKeys, quarantine: Quarantine, rule: str, outcome: Outcome) -> None:
    """One key, several events or several accounts of one: none of its rows is kept."""
    outcome.severities[rule] = "high"
    if duplicates.aside:
        outcome.rows_quarantined += len(duplicates.aside)
        outcome.rules[rule] = len(duplicates.aside)
        quarantine.add(duplicates.aside, [[rule] for _ in duplicates.aside])


def _set_contradictions_aside(
    plan: FeedPlan, kept: KeptFile, duplicates: Duplicates, quarantine: Quarantine, rule: str, outcome: Outcome
) -> pl.DataFrame:
    """Nobody knows which of the amounts is right, so none of them is kept. Gives the rows that had been."""
    outcome.severities[rule] = "high"
    if not duplicates.contradicted:
        return pl.DataFrame(schema={one.name: POLARS_TYPES[one.type] for one in plan.shape.columns})
    places = duplicates.contradicting
    firsts = leave_out(kept, plan.shape, duplicates.contradicted)
    outcome.rows_kept -= len(firsts)
    outcome.rows_quarantined += len(places)
    outcome.rules[rule] = len(places)
    quarantine.add(places, [[rule] for _ in places])
    return firsts


def _describe(good: pl.DataFrame, plan: FeedPlan, outcome: Outcome) -> None:
    _count_what_is_said(good, plan, outcome, 1)
    if plan.shape.dated_by and len(good):
        days = good.get_column(plan.shape.dated_by)
        outcome.span(str(days.min()), str(days.max()))


def _count_what_is_said(good: pl.DataFrame, plan: FeedPlan, outcome: Outcome, sign: int) -> None:
    taken = [name for name, how in plan.feed.columns.items() if isinstance(how, FromColumns | Joined)]
    says = good.select((pl.col(name).is_not_null() & ~_unknown(good, name)).sum() for name in taken)
    for name in taken:
        outcome.filled[name] = outcome.filled.get(name, 0) + sign * int(says.item(0, name))
    for year, rows in count_years(good, plan.shape).items():
        outcome.kept_by_year[year] = outcome.kept_by_year.get(year, 0) + sign * rows
    if plan.shape.kind in {"events", "counts"} and isinstance(
        plan.feed.columns.get("area_id"), FromColumns | FromPoint | Joined
    ):
        outcome.rows_without_area += sign * good.filter(pl.col("area_id") == plan.extent).height


def _unknown(good: pl.DataFrame, name: str) -> pl.Expr:
    """Where a column of codes says that nothing is known."""
    return (pl.col(name) == "_U").fill_null(False) if good.schema[name] == pl.String else pl.lit(False)
