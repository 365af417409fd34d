"""Which rows of a delivery are dated outside the period it was asked for, in SQL."""

from __future__ import annotations

from datetime import timedelta

from sga_pipeline.conform.sql_text import literal, literals, name
from sga_pipeline.contracts.assessment import FeedPlan
from sga_pipeline.contracts.feed import FromColumns, Joined
from sga_pipeline.contracts.steps import DateTime
from sga_pipeline.periods import period_bounds, periods_between, written

# Marks rows that nothing but their date puts out of scope.
OUTSIDE_PERIOD = "_outside_period"
_PERIOD = "[0-9]{4}(-Q[1-4]|-(0[1-9]|1[0-2]))?"


def is_outside(plan: FeedPlan, period: str | None) -> str | None:
    """The condition over columns of the shape; None where rows have no date of their own, or may have any.

    A row without a date, or with one nobody can read, is not outside: it breaks a rule. Nor is one whose period only reaches
    beyond that of the delivery, as a year does beyond its months.
    """
    column = plan.shape.column(plan.shape.time_column or "")
    if period is None or column is None or plan.takes_other_periods:
        return None
    mapped = plan.feed.columns.get(column.name)
    if not isinstance(mapped, FromColumns | Joined):
        return None
    first, last = period_bounds(period)
    closing = mapped.steps[-1] if mapped.steps else None
    if isinstance(closing, DateTime) and closing.zone == "UTC":
        # The source cuts its periods in its own time; in the city's, their first or last hours are another day.
        first, last = first - timedelta(days=1), last + timedelta(days=1)
    when = name(column.name)
    if column.type == "date":
        outside = f"{when} not between date {literal(first.isoformat())} and date {literal(last.isoformat())}"
    elif column.type == "integer":
        outside = f"{when} not between {first.year} and {last.year}"
    else:
        touched = {one for freq in ("A", "Q", "M") for one in periods_between(freq, written(freq, first), last)}
        touched |= {written(freq, day) for freq in ("A", "Q") for day in (first, last)}
        outside = f"regexp_full_match({when}, {literal(_PERIOD)}) and {when} not in ({literals(sorted(touched))})"
    return f"coalesce({outside}, false)"
