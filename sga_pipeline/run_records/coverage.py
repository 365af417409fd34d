"""Coverage: the days and codes that an accepted delivery covers. A zero is possible only inside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sga_pipeline.conform.conformed import Conformed
from sga_pipeline.contracts.assessment import FeedPlan
from sga_pipeline.contracts.feed import Feed, FromColumns, Joined
from sga_pipeline.periods import period_bounds

Span = tuple[date, date]


@dataclass(frozen=True)
class Covered:
    """One delivery in use, one leading code ('' for everything), one stretch of days."""

    delivery: str
    first: date
    last: date
    code_prefix: str
    complete: bool


def covered(plan: FeedPlan, conformed: Sequence[Conformed]) -> Iterator[Covered]:
    """What the deliveries in use cover, by their contract; by the rows alone only where each states its own period."""
    for one in conformed:
        for span in _spans(plan, one) if one.in_use else ():
            for prefix in plan.feed.coverage.codes or [""]:
                yield Covered(one.outcome.sha256[:16], *span, prefix, plan.feed.coverage.complete)


def _spans(plan: FeedPlan, one: Conformed) -> list[Span]:
    if plan.shape.kind != "counts":
        span = _span(plan, one)
        return [span] if span else []
    # Each figure of a table of counts states its period, so the table says itself how far it reaches.
    reported = _stretches(period_bounds(period) for _, period, *_ in one.outcome.volumes)
    limits = plan.feed.coverage
    if one.outcome.period is not None:
        first, last = period_bounds(one.outcome.period)
    else:
        first = date.fromisoformat(limits.first) if limits.first else date.min
        last = max((end for _, end in reported), default=date.min)
        last = last if limits.last == "latest" else date.fromisoformat(limits.last)
    # A period without a column is not reported, and a table that names no first day covers the periods it has.
    if (limits.first is None and one.outcome.period is None) or _has_periods_in_columns(plan.feed):
        return [(max(a, first), min(b, last)) for a, b in reported if a <= last and b >= first]
    return [(first, last)] if first <= last else []


def _has_periods_in_columns(feed: Feed) -> bool:
    """Whether the period of a row is, or is made of, the name of a column of the table."""
    parts = {*(feed.melt.parts if feed.melt else ()), *([feed.wide.item] if feed.wide else ())}
    mapped = feed.columns.get("period")
    if isinstance(mapped, FromColumns):
        return not parts.isdisjoint(mapped.names)
    return isinstance(mapped, Joined) and not parts.isdisjoint(mapped.join)


def _stretches(spans: Iterable[Span]) -> list[Span]:
    """Spans that touch or overlap, as one."""
    united: list[Span] = []
    for first, last in sorted(spans):
        if united and first <= united[-1][1] + timedelta(days=1):
            united[-1] = (united[-1][0], max(last, united[-1][1]))
        else:
            united.append((first, last))
    return united


def _span(plan: FeedPlan, one: Conformed) -> Span | None:
    limits = plan.feed.coverage
    if one.outcome.period is not None:
        return period_bounds(one.outcome.period)
    first = date.fromisoformat(limits.first) if limits.first else _day(one.outcome.first_day)
    last = _last_whole_month(one.outcome.last_day) if limits.last == "latest" else date.fromisoformat(limits.last)
    return (first, last) if first and last and first <= last else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _last_whole_month(text: str | None) -> date | None:
    """`latest`: rows of a month that is not over say nothing of its end, so coverage stops at the month before."""
    newest = _day(text)
    if newest is None:
        return None
    next_day = newest + timedelta(days=1)
    return newest if next_day.day == 1 else newest.replace(day=1) - timedelta(days=1)
