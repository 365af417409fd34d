"""Crime in the made-up city: offences with trends, seasons and hotspots, and the victims of the worst of them."""

from __future__ import annotations

import calendar
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sga_pipeline.demo.place import AGE_RANGES, DISTRICTS, MONTHS, YEARS, Numbers, Place


@dataclass(frozen=True)
class Offence:
    """A local code, what it is in ICCS, and how it goes: per 100,000 a year, yearly factor, share cleared."""

    code: str
    iccs: str
    weapon: str
    rate: float
    trend: float
    cleared: float
    label: str


OFFENCES = (
    Offence("H10", "0101", "firearm", 5.0, 0.97, 0.62, "homicide, firearm"),
    Offence("H20", "0101", "knife", 3.5, 0.98, 0.70, "homicide, knife"),
    Offence("A10", "020111", "firearm", 40.0, 0.99, 0.41, "serious assault, firearm"),
    Offence("A20", "020111", "knife", 180.0, 1.00, 0.48, "serious assault, knife"),
    Offence("A30", "020112", "none", 610.0, 1.01, 0.45, "minor assault"),
    Offence("S10", "03011", "none", 55.0, 1.05, 0.30, "sexual violence"),
    Offence("R10", "0401", "firearm", 130.0, 1.06, 0.18, "robbery, firearm"),
    Offence("R20", "0401", "none", 340.0, 1.02, 0.16, "robbery"),
    Offence("V10", "050211", "none", 290.0, 0.94, 0.12, "motor vehicle theft"),
    Offence("T10", "0502", "none", 2900.0, 0.99, 0.09, "theft"),
    Offence("B10", "0501", "none", 520.0, 0.96, 0.11, "burglary"),
    Offence("D10", "0601", "none", 310.0, 1.03, 0.85, "drugs"),
    Offence("F10", "0701", "none", 640.0, 1.08, 0.14, "fraud"),
    Offence("P10", "0504", "none", 480.0, 1.00, 0.13, "criminal damage"),
    # A code the police brought in and never explained: no mapping knows it.
    Offence("ZZ9", "_U", "_U", 8.0, 1.00, 0.10, "not explained"),
)
# District, offence, factor: what a hotspot analysis should find.
HOTSPOTS = ((2, "R10", 3.5), (3, "R10", 3.0), (11, "V10", 2.8), (16, "A20", 2.5))
SEASON = 1 + 0.12 * np.sin(2 * np.pi * (np.arange(12) - 3) / 12)
WITHOUT_DISTRICT = 0.012
NOWHERE = -1


@dataclass(frozen=True)
class Incidents:
    """One entry an offence, in the order of months."""

    month: Numbers
    day: Numbers
    hour: Numbers
    district: Numbers
    offence: Numbers
    cleared: npt.NDArray[np.bool_]
    report_delay: Numbers


def expected_incidents(place: Place, scale: float) -> npt.NDArray[np.float64]:
    """Mean number by month, district and offence."""
    means = np.zeros((len(MONTHS), len(DISTRICTS), len(OFFENCES)))
    for at, (year, month) in enumerate(MONTHS):
        people = place.of_year(year)
        for kind, offence in enumerate(OFFENCES):
            yearly = offence.rate * offence.trend ** (year - YEARS[0]) * people / 100_000
            means[at, :, kind] = yearly / 12 * SEASON[month - 1]
    for district, code, factor in HOTSPOTS:
        means[:, district, [one.code for one in OFFENCES].index(code)] *= factor
    return means * scale


def make_incidents(place: Place, random: np.random.Generator, scale: float) -> Incidents:
    """Draw every offence of ten years."""
    counts = random.poisson(expected_incidents(place, scale))
    cells = np.argwhere(counts > 0)
    rows = np.repeat(cells, counts[tuple(cells.T)], axis=0)
    number = len(rows)
    days = np.array([_days(year, month) for year, month in MONTHS])
    district = np.where(random.random(number) < WITHOUT_DISTRICT, NOWHERE, rows[:, 1])
    share = np.array([one.cleared for one in OFFENCES])
    hours = np.concatenate([np.arange(24), np.arange(17, 24), np.arange(20, 24)])
    order = np.lexsort((random.random(number), rows[:, 0]))
    made = Incidents(
        month=rows[:, 0],
        day=(random.random(number) * days[rows[:, 0]]).astype(np.int64) + 1,
        hour=random.choice(hours, number),
        district=district,
        offence=rows[:, 2],
        cleared=random.random(number) < share[rows[:, 2]],
        report_delay=random.geometric(0.35, number) - 1,
    )
    return Incidents(*(getattr(made, name)[order] for name in made.__dataclass_fields__))


@dataclass(frozen=True)
class Victims:
    """One entry a victim. Age -1 and sex 2 stand for unknown."""

    year: Numbers
    day_of_year: Numbers
    district: Numbers
    kind: Numbers
    sex: Numbers
    age: Numbers
    weapon: Numbers
    relation: Numbers
    location: Numbers
    situation: Numbers
    exploitation: Numbers


# What happened, ICCS, per 100,000 a year, yearly factor, share of women, weights of ages, weapons and relations.
VICTIM_KINDS = (
    (
        "homicide",
        "0101",
        8.5,
        0.975,
        0.16,
        (0.03, 0.40, 0.33, 0.16, 0.08),
        (0.58, 0.30, 0.12),
        (0.10, 0.08, 0.45, 0.37),
    ),
    (
        "serious_assault",
        "020111",
        220.0,
        1.0,
        0.34,
        (0.06, 0.36, 0.31, 0.18, 0.09),
        (0.18, 0.62, 0.20),
        (0.14, 0.09, 0.40, 0.37),
    ),
    (
        "sexual_violence",
        "03011",
        58.0,
        1.05,
        0.88,
        (0.24, 0.42, 0.22, 0.09, 0.03),
        (0.03, 0.12, 0.85),
        (0.24, 0.16, 0.42, 0.18),
    ),
    (
        "physical_harassment",
        "02081",
        46.0,
        1.03,
        0.55,
        (0.10, 0.44, 0.28, 0.12, 0.06),
        (0.00, 0.02, 0.98),
        (0.02, 0.03, 0.25, 0.70),
    ),
    (
        "sexual_harassment",
        "030122",
        62.0,
        1.06,
        0.93,
        (0.12, 0.52, 0.25, 0.08, 0.03),
        (0.00, 0.00, 1.00),
        (0.02, 0.02, 0.20, 0.76),
    ),
    (
        "trafficking",
        "0204",
        5.5,
        1.02,
        0.72,
        (0.22, 0.48, 0.22, 0.07, 0.01),
        (0.00, 0.00, 1.00),
        (0.10, 0.12, 0.48, 0.30),
    ),
)
WEAPONS = ("firearm", "knife", "other")
RELATIONS = ("partner", "family", "known", "stranger")
# Where it happened, by kind; what lay behind it (homicides alone); and what trafficked people were made to do.
LOCATIONS = ("home", "street", "transport", "commercial", "_U")
LOCATION_SHARES = (
    (0.31, 0.52, 0.03, 0.08, 0.06),
    (0.34, 0.44, 0.05, 0.12, 0.05),
    (0.62, 0.17, 0.06, 0.06, 0.09),
    (0.10, 0.58, 0.22, 0.08, 0.02),
    (0.05, 0.55, 0.33, 0.05, 0.02),
    (0.20, 0.15, 0.00, 0.45, 0.20),
)
SITUATIONS = ("organised_crime", "gang", "terrorism", "other")
SITUATION_SHARES = (0.14, 0.19, 0.012, 0.658)
EXPLOITATIONS = ("sexual", "labour", "other", "_U")
EXPLOITATION_SHARES = (0.55, 0.33, 0.05, 0.07)
UNKNOWN_SEX, UNKNOWN_AGE = 2, -1


def make_victims(place: Place, random: np.random.Generator, scale: float) -> Victims:
    """Draw the victims of each year and district; a few are of unknown sex or age."""
    drawn: list[npt.NDArray[np.int64]] = []
    for year in YEARS:
        people = place.of_year(year)
        for kind, (_, _, rate, trend, women, ages, weapons, relations) in enumerate(VICTIM_KINDS):
            counts = random.poisson(rate * trend ** (year - YEARS[0]) * people / 100_000 * scale)
            number = int(counts.sum())
            band = random.choice(5, number, p=ages)
            low, high = np.array(AGE_RANGES)[band].T
            sex = np.where(random.random(number) < women, 0, 1)
            age = low + (random.random(number) * (high - low + 1)).astype(np.int64)
            drawn.append(
                np.column_stack(
                    [
                        np.full(number, year),
                        random.integers(0, 365, number),
                        np.repeat(np.arange(len(DISTRICTS)), counts),
                        np.full(number, kind),
                        np.where(random.random(number) < 0.004, UNKNOWN_SEX, sex),
                        np.where(random.random(number) < 0.01, UNKNOWN_AGE, age),
                        random.choice(3, number, p=weapons),
                        random.choice(4, number, p=relations),
                        random.choice(len(LOCATIONS), number, p=LOCATION_SHARES[kind]),
                        random.choice(len(SITUATIONS), number, p=SITUATION_SHARES),
                        random.choice(len(EXPLOITATIONS), number, p=EXPLOITATION_SHARES),
                    ]
                )
            )
    rows = np.concatenate(drawn)
    return Victims(*rows.T)


def _days(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]
