"""Which cities are assessed together: clean ones, and spoilt ones."""

from __future__ import annotations

import os
from collections.abc import Callable

from tests.planted import defects_people as people
from tests.planted import defects_records as records
from tests.planted import defects_sources as sources
from tests.planted import defects_tables as tables
from tests.planted import defects_time as time
from tests.planted import special
from tests.planted.clean import clean_city
from tests.planted.defects_sources import differing_cities
from tests.planted.mixed import mixed_city
from tests.planted.model import MadeCity

# `make proof` assesses all of them; among the other tests a part stands for the whole.
ALL = os.environ.get("SGA_PLANTED") == "all"
# More than twenty cities do not all quote each other, so there are several homes.
TOGETHER = 17
CLEAN_CITIES = 50 if ALL else 8
MIXED_CITIES = 30 if ALL else 7


# Name, seed, what is planted. The seed decides how many districts there are: four to six.
SPECIAL: list[tuple[str, int, list[Callable[[MadeCity], None]]]] = [
    (
        "nooffences",
        301,
        [special.no_offences, special.districts_silent(1), lambda city: time.revised(city, "victims", 0.8)],
    ),
    (
        "novictims",
        302,
        [
            special.no_victims,
            special.districts_silent(2),
            lambda city: records.silent(city, "incidents", 0, ["2021-09", "2021-10"]),
        ],
    ),
    (
        "noregistry",
        303,
        [
            special.no_registry,
            lambda city: time.years_end_early(city, "yearbook", 2022),
            special.months_silent("victims", 1, 4),
        ],
    ),
    (
        "nochannels",
        304,
        [special.no_channels_at_all, people.other_boundaries, lambda city: time.revised(city, "deaths", 0.6)],
    ),
    (
        "nocountry",
        305,
        [special.no_country_at_all, special.districts_silent(3), special.months_silent("case_files", 2, 3)],
    ),
    (
        "nosecond",
        306,
        [
            special.no_second_office,
            lambda city: time.ends_early(city, "deaths", 2024, 9, 90),
            special.months_silent("incidents", 3, 2),
        ],
    ),
    ("decided", 307, [special.decided, special.months_silent("incidents", 0, 6)]),
    (
        "ownlimits",
        308,
        [
            special.own_limits,
            special.months_silent("victims", 3, 3),
            lambda city: time.ends_early(city, "incidents", 2024, 6, 30),
        ],
    ),
    ("residentsstop", 309, [special.residents_stop, lambda city: time.revised(city, "case_files", 0.93)]),
    (
        "months",
        310,
        [
            special.months_missing,
            lambda city: tables.suppressed(city, "6", 12, 3),
            special.months_silent("victims", 0, 5),
        ],
    ),
    ("alone", 311, [special.alone_and_weak, lambda city: records.not_declared_complete(city, "deaths", 0.3)]),
    (
        "impossible",
        312,
        [
            special.impossible_shares,
            lambda city: tables.category_without(city, "5", 2),
            lambda city: time.revised(city, "victims", 0.97),
        ],
    ),
    (
        "holes",
        313,
        [
            lambda city: tables.category_holes(city, "6", 1),
            lambda city: tables.category_without(city, "3", 2),
            lambda city: time.ends_early(city, "case_files", 2024, 5, 150),
        ],
    ),
    (
        "thin",
        314,
        [
            lambda city: tables.category_holes(city, "3", 2),
            lambda city: tables.suppressed(city, "6", 18, 3),
            lambda city: time.revised(city, "incidents", 0.7),
        ],
    ),
    (
        "poor",
        315,
        [
            lambda city: tables.category_without(city, "2", 4),
            lambda city: tables.suppressed(city, "3", 4, 3),
            special.months_silent("incidents", 1, 4),
        ],
    ),
    (
        "small",
        316,
        [
            lambda city: sources.few_homicides(city, 7),
            lambda city: time.years_end_early(city, "yearbook", 2021),
            lambda city: time.closed_early(city, "incidents", "2023-06-30"),
        ],
    ),
]


def clean_programmes() -> list[list[MadeCity]]:
    return _in_parts([clean_city(seed) for seed in range(CLEAN_CITIES)], TOGETHER)


def spoilt_programmes() -> list[list[MadeCity]]:
    mixed = _in_parts([mixed_city(number) for number in range(MIXED_CITIES)], 15)
    for programme in mixed:
        differing_cities(programme, "cohesion.voter_turnout", max(1, len(programme) // 5))
        differing_cities(programme[::-1], "socio.hdi", max(1, len(programme) // 3))
        if ALL:
            differing_cities(programme, "demo.metro_population", 10)
    return [*mixed, special_cities()]


def _in_parts(cities: list[MadeCity], size: int) -> list[list[MadeCity]]:
    return [cities[start : start + size] for start in range(0, len(cities), size)]


def special_cities() -> list[MadeCity]:
    cities = []
    for name, seed, planters in SPECIAL:
        city = clean_city(seed, name)
        for plant in planters:
            plant(city)
        cities.append(city)
    large = clean_city(317, "large", people=(58_000, 66_000))
    special.large_districts(large)
    return [*cities, large]
