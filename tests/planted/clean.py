"""A clean made-up city: everything the assessment needs, whole, in time and documented."""

from __future__ import annotations

import polars as pl

from tests.planted import agreements, figures
from tests.planted.model import MadeCity, Table
from tests.planted.places import AS_OF, FIRST_YEAR, LAST_YEAR, boundary_table, districts, population_table, residents_of
from tests.planted.records import deaths_table, events_table, some_of, victims_table

THEMES = (
    "violence",
    "domestic_violence",
    "sexual_violence",
    "child_protection",
    "trafficking",
    "hate_crime",
    "firearms",
    "drugs",
    "corruption",
    "police_conduct",
)


def clean_city(seed: int, name: str = "clean", people: tuple[int, int] = (37_000, 45_000)) -> MadeCity:
    """The same seed gives the same city."""
    city_id, places = f"xx_{name}_{seed:03d}", districts(seed, people)
    city = MadeCity(seed, city_id, FIRST_YEAR, LAST_YEAR, AS_OF, places, _contract(city_id))
    residents = population_table(places)
    victims = victims_table(seed, places)
    counted = residents_of(residents)
    offices = [
        (agreements.districts(), boundary_table(places)),
        (agreements.residents(), residents),
        (agreements.incidents(), events_table(seed, places)),
        (agreements.victims("victims", "Victims of violence", "Police", 1), victims),
        (
            agreements.victims("case_files", "Victims in case files", "Office of the prosecutor", 2),
            some_of(victims, 0.985, seed),
        ),
        (agreements.deaths(), deaths_table(victims, seed)),
        (
            agreements.reported(
                "statistics", "Yearly statistics", "Statistical office", ["country", "city", "district"], 1
            ),
            figures.reported_table(seed, places, counted, city.years, 1.0),
        ),
        (
            agreements.reported("yearbook", "Yearbook of cities", "League of cities", ["city"], 2),
            figures.reported_table(seed, places, counted, city.years, 1.02),
        ),
        (agreements.channels(), _channels_table(city)),
    ]
    for contract, table in offices:
        city.feeds[contract["id"]], city.tables[contract["id"]] = contract, table
    city.texts["feeds/mappings/offences.csv"] = agreements.offences_mapping()
    return city


def _contract(city_id: str) -> dict[str, object]:
    return {
        "id": city_id,
        "name": city_id[3:].replace("_", " ").title(),
        "country_iso3": "XXA",
        "time_zone": "UTC",
        "languages": ["en"],
        "boundary_version": "2020",
        "window": {"first_year": FIRST_YEAR, "last_year": LAST_YEAR},
        "as_of": AS_OF,
        "city_area": "C",
        "areas": [
            {"area_id": "XX", "level": "country", "name": "Xland"},
            {"area_id": "C", "level": "city", "name": "The city", "parent_id": "XX"},
        ],
    }


def _channels_table(city: MadeCity) -> Table:
    """An office and a line for each theme, in every district and year."""
    return pl.DataFrame(
        [
            {
                "theme": theme,
                "channel": f"{kind} for {theme}",
                "district": one.area_id,
                "year": year,
                "functioning": "yes",
                "document": "Ordinance 12",
            }
            for year in city.years
            for theme in THEMES
            for kind in ("office", "line")
            for one in city.districts
        ]
    )
