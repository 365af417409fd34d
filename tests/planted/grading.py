"""Severity as the taxonomy of gaps defines it, and which indicators are core: written down anew, not taken from the detectors."""

from __future__ import annotations

import random

from tests.planted import figures

ORDER = ("low", "medium", "high", "critical")
Limits = tuple[float | None, float | None, float | None, float | None]
# Limits of low, medium, high, critical. Above: worse when larger; below: worse when smaller.
ABOVE: dict[str, Limits] = {
    "G03": (1.25, 1.5, 2, None),
    "pile": (None, 0.02, 0.05, None),
    "G09a": (0.05, 0.10, 0.25, None),
    "G09b": (0.10, 0.25, 0.50, 0.69),
    "G10a": (0.001, 0.01, 0.05, None),
    "boundary": (0.001, 0.01, None, None),
    "G11 unknown": (None, 0.10, 0.30, None),
    "G13 monthly": (45, 90, 180, None),
    "G13 yearly": (180, 365, 730, None),
    "G17 ambiguous": (0.01, 0.05, 0.20, None),
    "G18 census": (5, 10, None, None),
    "G19": (0.05, 0.20, 0.50, None),
    "G20": (0.001, 0.01, 0.05, None),
}
BELOW: dict[str, Limits] = {
    "G02": (0.95, 0.90, 0.75, 0.50),
    "G04": (0.95, 0.90, 0.75, 0.50),
    "G05": (0.98, 0.95, 0.80, 0.60),
    "G06": (0.7, 0.5, 0.2, None),
    "located": (0.95, 0.85, 0.70, 0.50),
    "G08a": (0.9, 0.75, 0.5, None),
    "G08b": (0.9, 0.7, 0.4, None),
    "G08c": (0.98, 0.95, 0.80, None),
    "G09c": (20, 10, None, None),
    "G14": (1.0, 0.8, 0.5, None),
}


def grade(metric: str, value: float) -> str | None:
    """The worst severity whose limit the value passes."""
    above = metric in ABOVE
    found = None
    for severity, limit in zip(ORDER, (ABOVE | BELOW)[metric], strict=True):
        if limit is not None and (value > limit + 1e-9 if above else value < limit - 1e-9):
            found = severity
    return found


def worse(*severities: str | None) -> str | None:
    known = [one for one in severities if one]
    return max(known, key=ORDER.index) if known else None


def uplifted(severity: str, indicator_id: str) -> str:
    """A core indicator weighs one more, from medium on."""
    if severity == "low" or not is_core(indicator_id):
        return severity
    return ORDER[min(ORDER.index(severity) + 1, 3)]


def lighter(severity: str) -> str:
    return ORDER[max(ORDER.index(severity) - 1, 0)]


def is_core(indicator_id: str) -> bool:
    return figures.printed()[indicator_id]["core_flag"] == "true"


# Left alone by planters that pick: others rest on them, or they say yes or no.
_APART = {
    *figures.COUNTED,
    *figures.POPULATION,
    "gov.victim_reporting_rate",
    "socio.poverty_rate",
    "crime.homicide_ocg_rate",
    "crime.harassment_rate",
    "gov.perceived_insecurity",
    "cohesion.voter_turnout",
    "socio.hdi",
    "demo.metro_population",
}


def lacking_years(indicator_id: str, known: set[int], years: range) -> int:
    """How many figures a line lacks: each year that no known one reaches, and of longer intervals one for each."""
    months = figures.months_between()[indicator_id]
    unreached = [year for year in years if all(abs(year - one) * 12 >= max(months, 12) for one in known)]
    lacking = run = 0
    for at, year in enumerate(unreached):
        run = run + 1 if at and year == unreached[at - 1] + 1 else 1
        if year + 1 not in unreached:
            lacking += -(-run * 12 // max(months, 12))
    return lacking


class Pick:
    """Hands out reported indicators, each once a city, so that defects do not meet."""

    def __init__(self, seed: int) -> None:
        free = [
            name
            for name, row in figures.printed().items()
            if name not in _APART and row["unit_code"] != "BINARY" and row["category_no"] != "8"
        ]
        random.Random(seed).shuffle(free)
        self.core = [name for name in free if is_core(name)]
        self.other = [name for name in free if not is_core(name)]

    def one(self, core: bool, among: set[str] | None = None) -> str:
        pool = self.core if core else self.other
        name = next(one for one in pool if among is None or one in among)
        pool.remove(name)
        return name
