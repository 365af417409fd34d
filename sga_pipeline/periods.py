"""Periods in their one notation: 2023, 2023-Q1, 2023-04. Their bounds and their order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

_MONTHS = {"A": 12, "Q": 3, "M": 1}


def period_bounds(period: str) -> tuple[date, date]:
    """First and last day."""
    year = int(period[:4])
    if len(period) == 4:
        return date(year, 1, 1), date(year, 12, 31)
    if period[5] == "Q":
        first_month = 3 * int(period[6]) - 2
        return date(year, first_month, 1), _month_end(year, first_month + 2)
    month = int(period[5:7])
    return date(year, month, 1), _month_end(year, month)


def periods_between(freq: str, first: str, last_day: date) -> Iterator[str]:
    """Every period from `first` on whose last day is not after `last_day`."""
    start, end = period_bounds(first)
    while end <= last_day:
        yield written(freq, start)
        start = end + timedelta(days=1)
        end = _month_end(start.year, start.month + _MONTHS[freq] - 1)


def written(freq: str, day: date) -> str:
    """The period of a frequency that a day lies in."""
    if freq == "A":
        return f"{day.year:04d}"
    return f"{day.year:04d}-Q{(day.month + 2) // 3}" if freq == "Q" else f"{day.year:04d}-{day.month:02d}"


def _month_end(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
