"""Periods as sources write them, and as half-open bounds of days."""

from __future__ import annotations

from datetime import timedelta

from sga_pipeline.periods import period_bounds


def in_words_of(text: str, period: str) -> str:
    """2023-04 in {year}M{month} is 2023M04; 2023-Q2 in {year}K{quarter} is 2023K2."""
    quarter = period[6] if "Q" in period else ""
    month = "" if quarter else period[5:]
    return text.replace("{year}", period[:4]).replace("{quarter}", quarter).replace("{month}", month)


def from_and_before(period: str) -> tuple[str, str]:
    """The first day of a period, and the first one after it."""
    first, last = period_bounds(period)
    return first.isoformat(), (last + timedelta(days=1)).isoformat()
