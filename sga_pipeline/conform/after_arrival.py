"""Rows dated after the day their delivery came: what is recorded cannot lie ahead, so its date is a slip."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import polars as pl

from sga_pipeline.contracts.assessment import FeedPlan
from sga_pipeline.periods import period_bounds

RULE = "after_arrival"


def last_possible_day(retrieved_at: str) -> date:
    """Where the source is, it may be the next day already."""
    return date.fromisoformat(retrieved_at[:10]) + timedelta(days=1)


def not_ahead(plan: FeedPlan, last: date | None) -> tuple[str, Callable[[str], pl.Expr]] | None:
    """The column that dates a row, and what must hold of it; None for residents and other figures, which may be projections."""
    column = plan.shape.column(plan.shape.time_column or "")
    if last is None or column is None or plan.shape.kind not in ("events", "counts"):
        return None
    if column.type == "date":
        return column.name, lambda key: pl.col(key) <= pl.lit(last)
    if column.type == "integer":
        return column.name, lambda key: pl.col(key) <= last.year

    def begun(periods: pl.Series) -> pl.Series:
        return periods.is_in([one for one in periods.drop_nulls().unique().to_list() if _has_begun(one, last)])

    return column.name, lambda key: pl.col(key).map_batches(begun, return_dtype=pl.Boolean)


def _has_begun(period: str, last: date) -> bool:
    try:
        return period_bounds(period)[0] <= last
    except (ValueError, IndexError):
        # What is no period breaks another rule.
        return True
