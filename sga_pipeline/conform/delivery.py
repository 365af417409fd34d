"""Conforms one delivery: opens it, has its rows taken through the rules, and decides whether it can be used at all."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import duckdb

from sga_pipeline.conform.column_readings import Readings
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
    settings: dict[str, str | bool | int | float | list[str]] = {
        "threads": 2,
        "memory_limit": memory,
        "temp_directory": str(sinks.scratch),
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    con = duckdb.connect(config=settings)
    try:
        con.execute("set TimeZone = 'UTC'")
        if places:
            places.expect_boundaries()
        opened = open_delivery(con, delivery.path, plan.feed.format, sinks.scratch)
        if plan.feed.wide:
            opened = lengthen(opened, plan.feed.wide)
        if plan.feed.melt:
            opened = melt(opened, plan.feed.melt)
        outcome.header = list(opened.header)
        outcome.new_columns = _new_columns(plan, opened)
        context = ConformContext(con, plan, delivery.period, places)
        context.settle(opened)
        _take(context, opened, sinks, outcome)
        outcome.check()
        _judge(plan, outcome, context.readings)
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


def _judge(plan: FeedPlan, outcome: Outcome, readings: Readings) -> None:
    """Refuse the delivery whole where the contract's thresholds are passed."""
    limits = plan.feed.reject_when
    total = max(outcome.rows_in, 1)
    if outcome.rows_kept + outcome.rows_duplicate < limits.fewer_rows_than:
        outcome.reason = (
            f"{outcome.rows_kept} usable rows, fewer than the {limits.fewer_rows_than} the contract asks for"
            f"{_broken_rules(outcome, readings)}"
        )
    elif outcome.rows_quarantined / total > limits.quarantined_share:
        outcome.reason = (
            f"{outcome.rows_quarantined} of {outcome.rows_in} rows break a rule, "
            f"more than the {limits.quarantined_share:.0%} the contract allows{_broken_rules(outcome, readings)}"
        )
    elif outcome.rows_duplicate / total > limits.duplicate_share:
        outcome.reason = (
            f"{outcome.rows_duplicate} of {outcome.rows_in} rows are duplicates, more than the contract allows"
        )
    outcome.accepted = outcome.reason == ""


def _broken_rules(outcome: Outcome, readings: Readings) -> str:
    """The rules most rows fail: with the column they name, this is where to look in the contract or the file."""
    worst = sorted(outcome.rules.items(), key=lambda one: (-one[1], one[0]))[:3]
    outside = outcome.rows_outside_period
    other = f". {outside:,} rows are dated outside the period {outcome.period}, and out of scope" if outside else ""
    if not worst:
        return other
    examples = [f". {readings.examples[rule]}" for rule, _ in worst if rule in readings.examples]
    return f". Set aside under: {', '.join(f'{rule} ({rows:,})' for rule, rows in worst)}{''.join(examples)}{other}"
