"""Coverage: the days and codes that an accepted delivery covers. A zero is possible only inside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sga_pipeline.conform.conformed import Conformed
from sga_pipeline.contracts.assessment import FeedPlan
from sga_pipeline.periods import period_bounds


@dataclass(frozen=True)
class Covered:
    """One delivery in use, one leading code ('' for everything), one stretch of days."""

    delivery: str
    first: date
    last: date
    code_prefix: str
    complete: bool


def covered(plan: FeedPlan, conformed: Sequence[Conformed]) -> Iterator[Covered]:
    """What the deliveries in use cover, by their contract; never by the rows alone."""
    for one in conformed:
        span = _span(plan, one) if one.in_use else None
        if span is not None:
            for prefix in plan.feed.coverage.codes or [""]:
                yield Covered(one.outcome.sha256[:16], *span, prefix, plan.feed.coverage.complete)


def _span(plan: FeedPlan, one: Conformed) -> tuple[date, date] | None:
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
