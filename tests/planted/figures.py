"""What two offices of a made-up city report: every printed indicator, for the country, the city and its districts."""

from __future__ import annotations

import csv
import zlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import polars as pl

from tests.planted.model import District, Table
from tests.planted.places import GROUPS, LAST_YEAR

CATALOGUE = Path(__file__).resolve().parents[2] / "contracts" / "catalogue"
POPULATION = ("demo.population_total", "demo.population_by_group", "demo.population_density")
# Counted from records; offices report them for the country alone.
COUNTED = (
    "crime.homicide_rate",
    "crime.homicide_firearm_rate",
    "crime.serious_assault_rate",
    "crime.serious_assault_firearm_rate",
    "crime.sexual_violence_rate",
    "crime.sexual_violence_firearm_rate",
    "crime.motor_vehicle_theft_rate",
    "crime.robbery_firearm_rate",
    "socio.concentrated_poverty_rate",
)
DISTRICTS_ABOVE_POVERTY_LINE = 2
EVENT_GROUPS = {
    "location_type": {"street": 0.5, "home": 0.3, "commercial": 0.2},
    "exploitation": {"sexual": 0.6, "labour": 0.4},
}
# What a printed line itself is broken down by, besides groups of people and kinds of events.
OTHER_GROUPS = {
    "gov.budget_execution_ratio": {"sector": {"health": 0.5, "education": 0.5}},
    "gov.prison_overcrowding": {"facility": {"north": 0.5, "south": 0.5}},
}
# Crimes whose victims a survey asks whether they reported it.
OF_VICTIMS_OF = tuple(
    f"gov.victim_reporting_rate.{crime}"
    for crime in ("assault", "sexual_violence", "harassment", "vehicle_theft", "robbery")
)
AGES = ("Y0T14", "Y15T29", "Y30T44", "Y45T59", "Y_GE60")
# Low and high of plausible values, where the unit alone does not say.
_SPECIAL = {
    "demo.population_growth_10y": (4, 9),
    "drugs.use_incidence_general": (1, 3),
    "drugs.use_incidence_youth": (1, 3),
    "drugs.use_prevalence_general": (6, 12),
    "drugs.use_prevalence_youth": (8, 14),
    "gov.victim_reporting_rate": (84, 90),
    "gov.budget_execution_ratio": (88, 96),
    "demo.informal_settlement_area_share": (5, 9),
    "crime.terrorist_killings_rate": (6, 8),
    # Of the order of the city's records.
    "crime.serious_assault_rate": (150, 300),
    "crime.motor_vehicle_theft_rate": (200, 400),
    "demo.formal_employment_share": (52, 58),
    "demo.informal_employment_share": (36, 42),
    "gov.positions_representation": (0.8, 1.2),
    "gov.police_rate": (2, 4),
    "hazard.disaster_economic_loss": (5, 8),
}
_BY_UNIT = {
    "PT": (15, 75),
    "PER_100000_POP": (20, 60),
    "PER_1000_LIVE_BIRTHS": (6, 12),
    "PER_1000_POP": (2, 4),
    "PER_10000_POP": (10, 30),
    "NUMBER": (3_000, 9_000),
    "RATIO": (2, 4),
    "LCU": (9_000, 30_000),
    "YR": (72, 77),
    "INDEX": (0.4, 0.7),
    "BINARY": (1, 1),
}


@cache
def months_between() -> dict[str, int]:
    """How often the assessment needs each line."""
    with (CATALOGUE / "requirements.csv").open(encoding="utf-8", newline="") as stream:
        return {row["indicator_id"]: int(row["months_between"]) for row in csv.DictReader(stream)}


@cache
def printed() -> dict[str, dict[str, str]]:
    """Every printed indicator with what the catalogue says of its definition and of how it is published."""
    published = _catalogue_rows("indicator_publication.csv")
    defined = _catalogue_rows("indicator_definition.csv")
    return {name: row | published[name] for name, row in defined.items() if row["record_type"] == "printed"}


def _catalogue_rows(file: str) -> dict[str, dict[str, str]]:
    with (CATALOGUE / file).open(encoding="utf-8", newline="") as stream:
        return {row["indicator_id"]: row for row in csv.DictReader(stream)}


@cache
def months_needed() -> dict[str, int]:
    """How many months may lie between two figures of an indicator."""
    with (CATALOGUE / "requirements.csv").open(encoding="utf-8", newline="") as stream:
        return {row["indicator_id"]: int(row["months_between"]) for row in csv.DictReader(stream)}


def level_of(indicator_id: str, seed: int) -> float:
    """A value of the city's first year, the same for the same seed."""
    low, high = _SPECIAL.get(indicator_id) or _BY_UNIT[printed()[indicator_id]["unit_code"]]
    return low + (high - low) * (zlib.crc32(f"{seed}|{indicator_id}".encode()) % 1000) / 1000


def is_number(indicator_id: str) -> bool:
    return printed()[indicator_id]["unit_code"] == "NUMBER"


def reported_table(
    seed: int, districts: list[District], people: dict[tuple[str, int], int], years: range, slant: float
) -> Table:
    """The statistical office's figures; another office's with a small `slant` and without districts and groups."""
    full = slant == 1.0
    rows = [
        (indicator_id, *row)
        for indicator_id in printed()
        for row in _rows(indicator_id, seed, districts, people, years, slant, full)
    ]
    if full:
        share = round(level_of("gov.victim_reporting_rate", seed), 4)
        rows += [(name, "C", str(year), "_T", "_T", "", "", share) for name in OF_VICTIMS_OF for year in years]
    names = ["indicator", "area", "period", "sex", "age", "dim", "code", "value"]
    return pl.DataFrame(rows, schema=names, orient="row", schema_overrides={"value": pl.Float64})


Row = tuple[str, str, str, str, str, str, float]


def _rows(
    indicator_id: str,
    seed: int,
    districts: list[District],
    people: dict[tuple[str, int], int],
    years: range,
    slant: float,
    full: bool,
) -> Iterator[Row]:
    yearly = indicator_id not in COUNTED
    for year in years:
        value = _value(indicator_id, seed, districts, people, year, "C") * (1 if indicator_id in POPULATION else slant)
        if full:
            yield "XX", str(year), "_T", "_T", "", "", round(value * (40 if is_number(indicator_id) else 0.97), 4)
        if not yearly:
            continue
        yield "C", str(year), "_T", "_T", "", "", round(value, 4)
        if full:
            for one in districts:
                own = _value(indicator_id, seed, districts, people, year, one.area_id)
                yield one.area_id, str(year), "_T", "_T", "", "", round(own, 4)
            if year == LAST_YEAR and indicator_id not in POPULATION:
                yield from _groups(indicator_id, str(year), value)


def _groups(indicator_id: str, year: str, value: float) -> Iterator[Row]:
    """The newest year by sex, age, ethnic group and disability."""
    adds_up = is_number(indicator_id)

    def part(share: float) -> float:
        """A part of a count, or something near the whole's share or rate."""
        return share if adds_up else 1 + (share - 0.5) * 0.06

    if printed()[indicator_id]["unit_code"] == "BINARY":
        return
    for sex, share in (("F", 0.51), ("M", 0.49)):
        yield "C", year, sex, "_T", "", "", round(value * part(share), 4)
    for age in AGES:
        yield "C", year, "_T", age, "", "", round(value * part(0.2), 4)
    of_events = EVENT_GROUPS if indicator_id.startswith("crime.") else {}
    for dimension, groups in (GROUPS | of_events | OTHER_GROUPS.get(indicator_id, {})).items():
        for code, share in groups.items():
            yield "C", year, "_T", "_T", dimension, code, round(value * part(share), 4)


def _value(
    indicator_id: str, seed: int, districts: list[District], people: dict[tuple[str, int], int], year: int, area: str
) -> float:
    here = people[area, year]
    if indicator_id == "demo.population_density":
        return here / sum(one.km2 for one in districts if area in ("C", one.area_id))
    if indicator_id in POPULATION:
        return here
    if indicator_id == "socio.concentrated_poverty_rate":
        return 100 * DISTRICTS_ABOVE_POVERTY_LINE / len(districts)
    if indicator_id == "socio.poverty_rate":
        poor = [one.area_id for one in districts[:DISTRICTS_ABOVE_POVERTY_LINE]]
        return 46.0 if area in poor else 30.0 if area == "C" else 24.0
    value = level_of(indicator_id, seed)
    if printed()[indicator_id]["unit_code"] == "BINARY":
        return value
    value *= 1 + 0.01 * (year - LAST_YEAR)
    return value * here / people["C", year] if is_number(indicator_id) else value
