"""Deaths, births, physicians and drug treatment of the made-up city."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sga_pipeline.demo.crime import UNKNOWN_SEX, Victims
from sga_pipeline.demo.place import AGE_RANGES, DISTRICTS, YEARS, Numbers, Place

# Causes of death: code, whether a drug caused it, weight; homicides are taken from the police's victims.
CAUSES = (
    ("I219", 30),
    ("C349", 16),
    ("J189", 9),
    ("E149", 7),
    ("G309", 9),
    ("I639", 12),
    ("K746", 4),
    ("V892", 3),
    ("X70", 3),
    ("R99", 5),
)
DRUG_CAUSES = ("X42", "X42", "X41", "F112", "X62", "Y12")
HOMICIDE_CAUSES = {0: "X954", 1: "X999", 2: "Y009"}
# Of every third homicide by other means the certificate does not say which.
NOT_STATED = "Y09"
# The register misses some of the homicides the police know: a difference that is known and planted.
REGISTER_MISSES = 0.06
# Topic, per 100,000 residents a year.
TOPICS = (
    ("live_births", 1050.0),
    ("infant_deaths", 6.2),
    ("physicians", 310.0),
    ("drug_treatment_clients", 190.0),
    ("drug_treatment_entries", 120.0),
    ("drug_morbidity", 260.0),
    ("drug_morbidity_attributable", 41.0),
    ("drug_deaths_attributable", 3.1),
    ("drug_deaths_all", 11.0),
    ("teen_pregnancies", 46.0),
)


@dataclass(frozen=True)
class Deaths:
    """One entry a death."""

    year: Numbers
    day_of_year: Numbers
    district: Numbers
    sex: Numbers
    age: Numbers
    cause: list[str]


def make_deaths(place: Place, victims: Victims, random: np.random.Generator, scale: float) -> Deaths:
    """Ordinary deaths, deaths from drugs, and the homicides the register knows of."""
    parts: list[tuple[Numbers, list[str]]] = []
    weights = np.array([weight for _, weight in CAUSES], dtype=float)
    for year in YEARS:
        people = place.of_year(year)
        for rate, ages, causes, chances in (
            (820.0, (0.01, 0.02, 0.05, 0.15, 0.77), [code for code, _ in CAUSES], weights / weights.sum()),
            (6.5 * 1.04 ** (year - YEARS[0]), (0.0, 0.34, 0.42, 0.20, 0.04), list(DRUG_CAUSES), None),
        ):
            counts = random.poisson(rate * people / 100_000 * scale)
            number = int(counts.sum())
            low, high = np.array(AGE_RANGES)[random.choice(5, number, p=ages)].T
            rows = np.column_stack(
                [
                    np.full(number, year),
                    random.integers(0, 365, number),
                    np.repeat(np.arange(len(DISTRICTS)), counts),
                    random.integers(0, 2, number),
                    low + (random.random(number) * (high - low + 1)).astype(np.int64),
                ]
            )
            parts.append((rows, [str(one) for one in random.choice(causes, number, p=chances)]))
    killed = (victims.kind == 0) & (victims.sex != UNKNOWN_SEX) & (random.random(len(victims.kind)) >= REGISTER_MISSES)
    rows = np.column_stack(
        [victims.year, victims.day_of_year, victims.district, victims.sex, np.maximum(victims.age, 0)]
    )[killed]
    weapons = [int(one) for one in victims.weapon[killed]]
    parts.append(
        (rows, [NOT_STATED if one == 2 and at % 3 == 0 else HOMICIDE_CAUSES[one] for at, one in enumerate(weapons)])
    )
    table = np.concatenate([rows for rows, _ in parts])
    year, day, district, sex, age = table.T
    return Deaths(year, day, district, sex, age, cause=[cause for _, causes in parts for cause in causes])


def make_services(place: Place, random: np.random.Generator) -> Numbers:
    """Counts by year, district and topic."""
    people = np.array([place.of_year(year) for year in YEARS])
    means = people[:, :, None] * np.array([rate for _, rate in TOPICS]) / 100_000
    return np.asarray(random.poisson(means))
