"""Defects between offices that count the same: police, prosecutor and civil registry contradict each other, or stand alone."""

from __future__ import annotations

import math

import polars as pl

from tests.planted import agreements
from tests.planted.grading import grade, uplifted
from tests.planted.model import MadeCity
from tests.planted.tools import KEYS, chosen, of, repeated, without

ARMED = pl.col("weapon") == "firearm"
# How each office's records make an indicator.
COUNTED = {
    "crime.homicide_rate": {
        "victims": pl.col("code") == "HOM",
        "case_files": pl.col("code") == "HOM",
        "deaths": pl.lit(True),
    },
    "crime.homicide_firearm_rate": {
        "victims": (pl.col("code") == "HOM") & ARMED,
        "case_files": (pl.col("code") == "HOM") & ARMED,
        "deaths": pl.col("cause") == "X95",
    },
    "crime.serious_assault_rate": {one: pl.col("code") == "ASL" for one in ("victims", "case_files")},
    "crime.serious_assault_firearm_rate": {one: (pl.col("code") == "ASL") & ARMED for one in ("victims", "case_files")},
    "crime.sexual_violence_rate": {one: pl.col("code") == "SEX" for one in ("victims", "case_files")},
    "crime.sexual_violence_firearm_rate": {one: (pl.col("code") == "SEX") & ARMED for one in ("victims", "case_files")},
}
ABOUT = {"HOM": tuple(COUNTED)[:2], "ASL": tuple(COUNTED)[2:4], "SEX": tuple(COUNTED)[4:]}
YEAR = pl.col("date").str.slice(0, 4)
NEAR_A_LIMIT = 0.012


def counts_more(city: MadeCity, feed_id: str, code: str, factor: float) -> None:
    """An office counts this many times what the others do."""
    kind = ["cause"] if feed_id == "deaths" else ["code", "weapon"]
    table = city.tables[feed_id]
    rows = table if feed_id == "deaths" else table.filter(pl.col("code") == code)
    for extra in range(math.ceil(factor - 1)):
        part = min(1.0, factor - 1 - extra)
        repeated(city, feed_id, rows.filter(chosen(rows, part, city.seed + extra, kind)), 1)
    for indicator_id in ABOUT[code]:
        ratio = worst_ratio(city, indicator_id)
        if any(abs(ratio - limit) < NEAR_A_LIMIT for limit in (0.10, 0.25, 0.50, 0.69)):
            continue
        found = grade("G09b", ratio)
        if found:
            city.must_raise(
                f"{feed_id} times {factor}", "G09b", uplifted(found, indicator_id), indicator_id=indicator_id
            )
        else:
            city.must_not_raise(f"{feed_id} times {factor}", "G09b", "low", indicator_id=indicator_id)


def worst_ratio(city: MadeCity, indicator_id: str) -> float:
    """The largest logarithm of two offices' ratio in a year."""
    worst = 0.0
    for year in city.years:
        inside = pl.col("date").str.starts_with(str(year))
        counts = [
            city.tables[feed].unique(KEYS[feed]).filter(rows & inside).height
            for feed, rows in COUNTED[indicator_id].items()
            if feed in city.tables
        ]
        worst = max(worst, math.log(max(counts) / min(counts)))
    return worst


def other_place(city: MadeCity, factor: float) -> None:
    """The registry counts where people lived: its figure is another one, not a wrong one."""
    counts_more(city, "deaths", "HOM", factor)
    about = ABOUT["HOM"]
    city.planted = [one for one in city.planted if one.gap_code != "G09b" or one.indicator_id not in about]
    city.feeds["deaths"]["place_basis"] = "residence"
    for indicator_id in about:
        city.must_raise("counted by residence", "G10b", "low", indicator_id=indicator_id)
        city.must_not_raise("counted by residence", "G09b", "low", indicator_id=indicator_id)


def few_homicides(city: MadeCity, a_year: int) -> None:
    """So few in the city that a year says little; all three offices know about the same ones, spread over the year."""
    for feed_id in ("victims", "case_files", "deaths"):
        table = city.tables[feed_id]
        homicide = pl.lit(True) if feed_id == "deaths" else pl.col("code") == "HOM"
        killed = table.filter(homicide)
        order, every = pl.int_range(pl.len()).over(YEAR), pl.len().over(YEAR)
        spread = (order * a_year) // every != ((order - 1) * a_year) // every
        city.tables[feed_id] = pl.concat([table.filter(~homicide), killed.filter(spread)]).sort(
            "date", maintain_order=True
        )
    city.must_raise(
        f"{a_year} homicides a year", "G09c", grade("G09c", a_year) or "", indicator_id="crime.homicide_rate"
    )


def one_office(city: MadeCity) -> None:
    """Only the police count assaults and sexual violence."""
    city.drop_feed("case_files")
    for indicator_id in ("crime.serious_assault_rate", "crime.sexual_violence_rate"):
        city.must_raise("one office", "G22", "medium", indicator_id=indicator_id)


def own_study(city: MadeCity, indicator_id: str, column: str) -> None:
    """The city measures an indicator by a study of its own, and by its own definition."""
    contract = agreements.reported(
        f"study_{column}", f"Study of {column}", "Institute of the city", ["city", "district"], 1
    )
    contract["differs"] = f"As the institute of {city.contract['name']} understands it."
    here = of(indicator_id) & (pl.col("area") != "XX")
    good = here & pl.col("period").str.contains("^[0-9]{4}$")
    city.feeds[contract["id"]], city.tables[contract["id"]] = (
        contract,
        city.tables["statistics"].filter(good).unique(maintain_order=True),
    )
    for feed_id in ("statistics", "yearbook"):
        without(city, feed_id, here)
    city.must_raise("a study by its own definition", "G10b", "low", feed_id=contract["id"], indicator_id=indicator_id)


def differing_cities(cities: list[MadeCity], indicator_id: str, number: int) -> None:
    """So many of the cities assessed together measure an indicator each in its own way."""
    found = grade("G14", 1 - number / len(cities))
    assert found
    column = indicator_id.split(".")[1]
    for city in cities[:number]:
        own_study(city, indicator_id, column)
    for city in (cities[0], cities[number - 1], cities[-1]):
        city.must_raise(f"{number} of {len(cities)} cities differ", "G14", found, indicator_id=indicator_id)
