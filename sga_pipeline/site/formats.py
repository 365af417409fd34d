"""Numbers, shares, days and spans of days as a language writes them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from babel.dates import format_date, format_skeleton
from babel.numbers import format_decimal, format_percent

from sga_pipeline.site.words import Words


class Formats:
    """How one language writes what is not a word."""

    def __init__(self, words: Words) -> None:
        self.words = words
        # The day before the month, as most of the world's readers of English write it.
        self.language = "en_GB" if words.language == "en" else words.language

    def number(self, value: float) -> str:
        size = abs(value)
        digits = "#,##0" if size >= 1000 else "#,##0.##" if size >= 1 else "0.####"
        return format_decimal(value, digits, locale=self.language)

    def share(self, value: float | None) -> str | None:
        """A share of one as per cent. What is not known stays unknown."""
        if value is None:
            return None
        # Just short of everything must not read as everything, and hardly anything not as nothing.
        rounded = round(value, 2)
        fine = (rounded >= 1 > value) or (rounded <= 0 < value)
        return format_percent(value, "#,##0.0#%" if fine else None, locale=self.language)

    def day(self, value: date | str | None) -> str | None:
        if value is None:
            return None
        try:
            known = value if isinstance(value, date) else date.fromisoformat(value[:10])
        except ValueError:
            return str(value)
        return format_date(known, "long", locale=self.language)

    def span(self, start: date | None, end: date | None) -> str | None:
        """A year, years, a month, months or days, whichever the span is."""
        if start is None or end is None:
            known = start or end
            return None if known is None else f"{self.day(start) or ''} – {self.day(end) or ''}".strip()
        if (start.month, start.day, end.month, end.day) == (1, 1, 12, 31):
            return str(start.year) if start.year == end.year else f"{start.year}–{end.year}"
        if start.day == 1 and (end + timedelta(days=1)).day == 1:
            first, last = self._month(start), self._month(end)
            return first if first == last else f"{first} – {last}"
        return self.day(start) if start == end else f"{self.day(start)} – {self.day(end)}"

    def any(self, value: Any) -> str:
        """A figure of whatever type evidence holds."""
        if value is None:
            return self.words("no_value")
        if isinstance(value, bool):
            return self.words("yes" if value else "no")
        if isinstance(value, int | float):
            return self.number(value)
        if isinstance(value, Mapping):
            return "; ".join(f"{name}: {self.any(one)}" for name, one in value.items())
        if isinstance(value, list | tuple):
            return ", ".join(self.any(one) for one in value)
        return str(value)

    def _month(self, day: date) -> str:
        return str(format_skeleton("yMMMM", day, locale=self.language))


def year_ranges(years: list[int]) -> str:
    """2016–2018, 2021."""
    runs: list[list[int]] = []
    for year in sorted(years):
        if runs and year == runs[-1][1] + 1:
            runs[-1][1] = year
        else:
            runs.append([year, year])
    return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in runs)
