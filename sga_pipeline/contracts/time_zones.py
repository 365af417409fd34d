"""Which time zones there are, and which one a misspelt name may have meant."""

from __future__ import annotations

import difflib
from functools import cache
from zoneinfo import available_timezones


@cache
def _zones() -> frozenset[str]:
    # These are what the machine, or its maker, was set to.
    return frozenset(available_timezones() - {"localtime", "Factory"})


def is_time_zone(name: str) -> bool:
    """Whether the time zone database has this name, letter by letter."""
    return name in _zones()


def name_of_zone(name: str) -> str:
    """What to write instead of a name the time zone database lacks."""
    by_small_letters = {zone.lower(): zone for zone in sorted(_zones())}
    close = difflib.get_close_matches(name.lower(), sorted(by_small_letters), n=1, cutoff=0.75)
    return f"Use {by_small_letters[close[0]]}." if close else "Use a name such as America/Bogota."
