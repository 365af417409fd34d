"""Conforms one delivery: streams it in chunks through its rules into kept rows, quarantine and duplicates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import duckdb
import polars as pl

from sga_pipeline.conform.boundaries import add_area
from sga_pipeline.conform.corrections import count_met, note_places
from sga_pipeline.conform.outcome import Outcome
from sga_pipeline.conform.piles import Duplicates, KeptFile, Quarantine
from sga_pipeline.conform.points import PlaceFinder
from sga_pipeline.conform.readers.opened import Opened
from sga_pipeline.conform.recoding import recode, settle
from sga_pipeline.conform.row_rules import RowRules, build_rules
from sga_pipeline.conform.same_key import add_up, counted, leave_out
from sga_pipeline.conform.select_sql import IN_SCOPE, UNREADABLE, Selection, build_selection
from sga_pipeline.conform.sentinels import sentinels
from sga_pipeline.conform.source import open_delivery
from sga_pipeline.conform.volumes import volumes
from sga_pipeline.conform.wide import lengthen, melt
from sga_pipeline.contracts.assessment import FeedPlan
from sga_pipeline.contracts.feed import FromColumns, Joined
from sga_pipeline.contracts.places import FromPoint
from sga_pipeline.errors import DeliveryError

CHUNK_ROWS = 500_000
PLACE = "_place"
# Columns a reader of boundaries adds; they are no news.
GIVEN = ("geometry", "geometry_type")


class Arrived(Protocol):
    """What conform needs to know of a delivery."""

    @property
    def sha256(self) -> str: ...
    @property
    def period(self) -> str | None: ...
    @property
    def path(self) -> Path: ...


@dataclass(frozen=True)
class Piles:
    """Where the rows of one delivery go."""

    kept: Path
    quarantine: Path
    scratch: Path


def conform_delivery(
    plan: FeedPlan, delivery: Arrived, key: str, piles: Piles, places: PlaceFinder | None = None, memory: str = "400MB"
) -> Outcome:
    """Conform one delivery; `places` finds areas from points, where the contract asks for it. A delivery that cannot be used at all gives an outcome that says why."""
    outcome = Outcome(key, delivery.sha256, delivery.period)
    settings: dict[str, str | bool | int | float | list[str]] = {"threads": 2, "memory_limit": memory, "temp_directory": str(piles.scratch),
                "autoinstall_known_extensions": False, "autoload_known_extensions": False}  # fmt: skip
    con = duckdb.connect(config=settings)
    try:
        con.execute("set TimeZone = 'UTC'")
        if places:
            places.expect_boundaries()
        opened = open_delivery(con, delivery.path, plan.feed.format, piles.scratch)
        if plan.feed.wide:
            opened = lengthen(opened, plan.feed.wide)
        if plan.feed.melt:
            opened = melt(opened, plan.feed.melt)
        outcome.header = list(opened.header)
        outcome.new_columns = _new_columns(plan, opened)
        selection = build_selection(plan, opened, key, delivery.period)
        for translation in {one.type_name: one for one in selection.translations}.values():
            keys = ", ".join("'" + code.replace("'", "''") + "'" for code in translation.keys)
            con.execute(f"create type {translation.type_name} as enum ({keys})")
        _stream(con, plan, delivery, opened, selection, outcome, piles, places)
        outcome.check()
        _judge(plan, outcome)
        if outcome.accepted:
            outcome.volumes = volumes(con, piles.kept, plan.shape)
            outcome.sentinels = sentinels(con, plan, opened)
    except DeliveryError as error:
        outcome.accepted, outcome.reason = False, str(error)
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error as error:
        outcome.accepted = False
        outcome.reason = (
            f"the delivery cannot be read: {str(error).splitlines()[0][:200]}. Check its format and encoding."
        )
    finally:
        con.close()
    if not outcome.accepted:
        piles.kept.unlink(missing_ok=True)
    return outcome


def _stream(
    con: duckdb.DuckDBPyConnection, plan: FeedPlan, delivery: Arrived, opened: Opened, selection: Selection,
    outcome: Outcome, piles: Piles, places: PlaceFinder | None,
) -> None:  # fmt: skip
    rules = build_rules(plan, selection.bits)
    amount = counted(plan.shape)
    key_sql = None if plan.feed.add_up else selection.key_sql
    duplicates = Duplicates(con, plan.shape.key, key_sql, PLACE, amount)
    quarantine = Quarantine(piles.quarantine)
    columns = [column.name for column in plan.shape.columns]
    total = 0
    with KeptFile(piles.kept, plan.shape, delivery.sha256[:16]) as kept:
        for chunk in _chunks(con, selection.sql):
            chunk = chunk.with_columns(pl.int_range(total, total + len(chunk), dtype=pl.Int64).alias(PLACE))
            total += len(chunk)
            chunk = chunk.filter(pl.col(IN_SCOPE))
            outcome.rows_in += len(chunk)
            chunk = _settle_places(chunk, plan, selection, outcome, places)
            if plan.corrections:
                count_met(chunk, plan, outcome)
            good = _set_bad_aside(chunk, rules, quarantine, outcome)
            good = duplicates.take_out(good)
            kept.write(good.select(columns))
            _describe(good, plan, selection, outcome)
            if plan.corrections:
                note_places(good, plan, outcome)
    outcome.rows_kept, outcome.rows_duplicate = kept.rows, duplicates.rows
    if amount and plan.feed.add_up:
        add_up(con, kept, plan.shape, amount)
    elif amount:
        _set_contradictions_aside(plan, kept, duplicates, quarantine, f"conflict:{amount}", outcome)
    if plan.crosswalk:
        settle(con, kept, plan, plan.crosswalk)
    outcome.rows_outside = total - outcome.rows_in
    ragged = opened.ragged()
    outcome.rows_in += len(ragged)
    outcome.rows_quarantined += len(ragged)
    if ragged:
        outcome.rules["type:record"] = len(ragged)
        outcome.severities["type:record"] = "high"
    quarantine.write(ragged, lambda places: opened.records_of(places, total))
    outcome.file = piles.kept.name


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
    return chunk.with_columns(pl.col("area_id").fill_null(plan.extent))


def _chunks(con: duckdb.DuckDBPyConnection, sql: str) -> Iterator[pl.DataFrame]:
    for batch in con.execute(sql).to_arrow_reader(CHUNK_ROWS):
        frame = pl.from_arrow(batch)
        assert isinstance(frame, pl.DataFrame)
        yield frame


def _set_bad_aside(chunk: pl.DataFrame, rules: RowRules, quarantine: Quarantine, outcome: Outcome) -> pl.DataFrame:
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
    fatal = failures.filter(~pl.col("rule").is_in(list(rules.warnings)))
    if fatal.is_empty():
        return chunk
    by_row = fatal.group_by("place").agg(pl.col("rule").sort()).sort("place")
    bad = chunk.select("_at", PLACE).join(
        by_row, left_on=pl.col("_at").cast(pl.Int64), right_on="place", maintain_order="left"
    )
    quarantine.add(bad[PLACE].to_list(), bad["rule"].to_list())
    outcome.rows_quarantined += len(bad)
    return chunk.join(by_row, left_on=pl.col("_at").cast(pl.Int64), right_on="place", how="anti", maintain_order="left")


def _set_contradictions_aside(
    plan: FeedPlan, kept: KeptFile, duplicates: Duplicates, quarantine: Quarantine, rule: str, outcome: Outcome
) -> None:
    """Nobody knows which of the amounts is right, so none of them is kept."""
    outcome.severities[rule] = "high"
    if not duplicates.told:
        return
    places = duplicates.contradicting
    firsts = leave_out(kept, plan.shape, duplicates.told)
    outcome.rows_kept -= len(firsts)
    outcome.rows_quarantined += len(places)
    outcome.rules[rule] = len(places)
    quarantine.add(places, [[rule] for _ in places])
    _count_what_is_said(firsts, plan, outcome, -1)


def _describe(good: pl.DataFrame, plan: FeedPlan, selection: Selection, outcome: Outcome) -> None:
    for column, side in selection.unmapped.items():
        codes = good.get_column(side).drop_nulls()
        if len(codes):
            outcome.count_unmapped(column, dict(codes.value_counts().iter_rows()))
    _count_what_is_said(good, plan, outcome, 1)
    if plan.shape.dated_by and len(good):
        days = good.get_column(plan.shape.dated_by)
        first, last = str(days.min()), str(days.max())
        outcome.first_day = min(outcome.first_day or first, first)
        outcome.last_day = max(outcome.last_day or last, last)


def _count_what_is_said(good: pl.DataFrame, plan: FeedPlan, outcome: Outcome, sign: int) -> None:
    taken = [name for name, how in plan.feed.columns.items() if isinstance(how, FromColumns | Joined)]
    says = good.select((pl.col(name).is_not_null() & ~_unknown(good, name)).sum() for name in taken)
    for name in taken:
        outcome.filled[name] = outcome.filled.get(name, 0) + sign * int(says.item(0, name))
    if plan.shape.kind in {"events", "counts"} and isinstance(
        plan.feed.columns.get("area_id"), FromColumns | FromPoint | Joined
    ):
        outcome.rows_without_area += sign * good.filter(pl.col("area_id") == plan.extent).height


def _unknown(good: pl.DataFrame, name: str) -> pl.Expr:
    """Where a column of codes says that nothing is known."""
    return (pl.col(name) == "_U").fill_null(False) if good.schema[name] == pl.String else pl.lit(False)


def _new_columns(plan: FeedPlan, opened: Opened) -> list[str]:
    if plan.feed.ignore == "rest":
        return []
    used: set[str] = set(plan.feed.ignore) | {one.column for one in plan.feed.where}
    if plan.feed.wide:
        used |= {
            one
            for columns in plan.feed.wide.items.values()
            for names in plan.feed.wide.names_of(columns).values()
            for one in names
        }
    melted = plan.feed.melt
    if melted:
        used |= {one for one in opened.header if melted.pattern.fullmatch(one)} | {*melted.parts, melted.value}
    for mapped in plan.feed.columns.values():
        used |= set(getattr(mapped, "names", [])) | set(getattr(mapped, "join", []))
        if isinstance(mapped, FromPoint):
            used |= {one.from_ for one in mapped.point.coordinates}
    return [one for one in opened.header if one and one not in used and one not in GIVEN]


def _judge(plan: FeedPlan, outcome: Outcome) -> None:
    """Refuse the delivery whole where the contract's thresholds are passed."""
    limits = plan.feed.reject_when
    total = max(outcome.rows_in, 1)
    if outcome.rows_kept + outcome.rows_duplicate < limits.fewer_rows_than:
        outcome.reason = (
            f"{outcome.rows_kept} usable rows, fewer than the {limits.fewer_rows_than} the contract asks for"
            f"{_broken_rules(outcome)}"
        )
    elif outcome.rows_quarantined / total > limits.quarantined_share:
        outcome.reason = (
            f"{outcome.rows_quarantined} of {outcome.rows_in} rows break a rule, "
            f"more than the {limits.quarantined_share:.0%} the contract allows{_broken_rules(outcome)}"
        )
    elif outcome.rows_duplicate / total > limits.duplicate_share:
        outcome.reason = (
            f"{outcome.rows_duplicate} of {outcome.rows_in} rows are duplicates, more than the contract allows"
        )
    outcome.accepted = outcome.reason == ""


def _broken_rules(outcome: Outcome) -> str:
    """The rules most rows fail: with the column they name, this is where to look in the contract or the file."""
    worst = sorted(outcome.rules.items(), key=lambda one: (-one[1], one[0]))[:3]
    return f". Set aside under: {', '.join(f'{rule} ({rows:,})' for rule, rows in worst)}" if worst else ""
