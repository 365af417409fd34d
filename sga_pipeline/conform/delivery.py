"""Conforms one delivery: opens it, has its rows taken through the rules, and decides whether it can be used at all."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import duckdb

from sga_pipeline.conform.acceptance import judge
from sga_pipeline.conform.after_arrival import last_possible_day
from sga_pipeline.conform.event_keys import EventKeys
from sga_pipeline.conform.open_delivery import open_delivery
from sga_pipeline.conform.outcome import Outcome
from sga_pipeline.conform.points import PlaceFinder
from sga_pipeline.conform.readers.opened import Opened
from sga_pipeline.conform.rows import ConformContext, take_rows
from sga_pipeline.conform.sentinels import count_sentinels
from sga_pipeline.conform.sinks import Quarantine
from sga_pipeline.conform.stretches import conform_stretches
from sga_pipeline.conform.wide_tables import lengthen, melt
from sga_pipeline.contracts.assessment import FeedPlan
from sga_pipeline.contracts.places import FromPoint
from sga_pipeline.errors import DeliveryError

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
    @property
    def retrieved_at(self) -> str: ...


@dataclass(frozen=True)
class Sinks:
    """Where the rows of one delivery go."""

    kept: Path
    quarantine: Path
    scratch: Path
    # Where it is written down what each stretch of a large delivery came to; without it every delivery is taken whole.
    stretches: Path | None = None


def conform_delivery(
    plan: FeedPlan, delivery: Arrived, key: str, sinks: Sinks, places: PlaceFinder | None = None, memory: str = "400MB"
) -> Outcome:
    """Conform one delivery; `places` finds areas from points, where the contract asks for it. A delivery that cannot be used at all gives an outcome that says why."""
    outcome = Outcome(key, delivery.sha256, delivery.period)
    con = connect(sinks.scratch, memory)
    try:
        if places:
            places.expect_boundaries()
        opened = open_table(con, plan, delivery.path, sinks.scratch)
        outcome.header = list(opened.header)
        outcome.new_columns = _new_columns(plan, opened)
        context = ConformContext(con, plan, delivery.period, places, last_possible_day(delivery.retrieved_at))
        context.settle(opened)
        _take(context, opened, sinks, outcome)
        outcome.check()
        judge(plan, outcome, context.readings)
        if outcome.accepted:
            outcome.sentinels = count_sentinels(con, plan, opened)
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
        # Stretches may be in use for another delivery; the module that keeps the feed's files decides.
        sinks.kept.unlink(missing_ok=True)
        outcome.files, outcome.volumes = [], []
    return outcome


def connect(scratch: Path, memory: str) -> duckdb.DuckDBPyConnection:
    """A database in memory that spills into `scratch`."""
    settings: dict[str, str | bool | int | float | list[str]] = {
        "threads": 2,
        "memory_limit": memory,
        "temp_directory": str(scratch),
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    con = duckdb.connect(config=settings)
    con.execute("set TimeZone = 'UTC'")
    return con


def open_table(con: duckdb.DuckDBPyConnection, plan: FeedPlan, path: Path, scratch: Path) -> Opened:
    """The delivery as a table with a record a row, however it is laid out."""
    opened = open_delivery(con, path, plan.feed.format, scratch)
    if plan.feed.wide:
        opened = lengthen(opened, plan.feed.wide)
    if plan.feed.melt:
        opened = melt(opened, plan.feed.melt)
    return opened


def _take(context: ConformContext, opened: Opened, sinks: Sinks, outcome: Outcome) -> None:
    """The delivery stretch by stretch, where it is large and can be parted; else as one table."""
    if sinks.stretches and conform_stretches(context, opened, sinks.kept, sinks.quarantine, sinks.stretches, outcome):
        return
    selection, duplicates = context.select(opened, outcome.key), context.duplicates()
    if keys := context.keys_sql(selection):
        duplicates.look_at(context.con, keys)
        if isinstance(duplicates, EventKeys) and not duplicates.suspects.is_empty():
            close = context.good_rows(selection, duplicates)
            duplicates.find_conflicts(one for rows in close for one in duplicates.contents(rows))
    outcome.add(take_rows(context, opened, selection, sinks.kept, Quarantine(sinks.quarantine), duplicates))


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
