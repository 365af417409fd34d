"""Which rows of a table belong to a period: from its first moment up to, and without, the first of the next."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from sga_pipeline.contracts.sources.database import DatabaseSource
from sga_pipeline.errors import PullError
from sga_pipeline.periods import period_bounds

Column = sa.ColumnElement[Any]


def within(source: DatabaseSource, column: Column, declared: Any, period: str, zone: str) -> sa.ColumnElement[bool]:
    """The condition a row of the period meets; bounds are of the column's own type, so that an index serves."""
    plain = getattr(declared, "data_type", declared)
    if source.period_holds == "period":
        return column == _written(source, plain, period)
    first, last = period_bounds(period)
    start, end = (_bound(source, plain, day, zone) for day in (first, last + timedelta(days=1)))
    return sa.and_(column >= start, column < end)


def of_no_period(source: DatabaseSource, column: Column) -> sa.ColumnElement[bool]:
    """The condition of rows that no period would bring."""
    if source.is_file and source.period_holds == "day":
        # A file's column holds anything; only days written year first sort in order.
        return sa.or_(
            column.is_(None), sa.not_(column.op("GLOB")(sa.literal("[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*")))
        )
    return column.is_(None)


def _bound(source: DatabaseSource, plain: Any, day: date, zone: str) -> sa.ColumnElement[Any]:
    if source.is_file:
        return sa.literal(day.isoformat(), sa.Text())
    if isinstance(plain, sa.Date):
        return sa.literal(day, sa.Date())
    if isinstance(plain, sa.DateTime):
        # A day begins at the city's own midnight where moments carry a zone, and by the column's clock where not.
        moment = datetime.combine(day, time(), ZoneInfo(zone) if plain.timezone else None)
        return sa.literal(moment, sa.DateTime(timezone=bool(plain.timezone)))
    raise PullError(
        f"the column is of type {_name(plain)}, no date or time",
        "Name another period_column, or say period_holds: period.",
        source.period_column,
    )


def _written(source: DatabaseSource, plain: Any, period: str) -> sa.ColumnElement[Any]:
    if isinstance(plain, sa.Integer):
        if "Q" in period:
            raise PullError(
                "a number cannot hold a quarter", "Ask for a view that holds it as 2023-Q1.", source.period_column
            )
        return sa.literal(int(period.replace("-", "")), sa.BigInteger())
    if isinstance(plain, sa.String):
        return sa.literal(period, sa.Text())
    raise PullError(
        f"the column is of type {_name(plain)}, no text or whole number",
        "Name another period_column, or say period_holds: day.",
        source.period_column,
    )


def _name(plain: Any) -> str:
    return type(plain).__name__.lower()
