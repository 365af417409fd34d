"""Defects of whole tables of reported figures: categories full of holes or suppressed, districts left out, shares above the whole."""

from __future__ import annotations

import polars as pl

from tests.planted import figures
from tests.planted.defects_figures import REPORTERS, city_figure_missing
from tests.planted.grading import grade, lacking_years
from tests.planted.model import MadeCity
from tests.planted.tools import of, without


def category_holes(city: MadeCity, number: str, years: int) -> None:
    """Only the newest years of a whole category are there."""
    names = [name for name, row in figures.printed().items() if row["category_no"] == number]
    assert not set(names) & set(figures.COUNTED + figures.POPULATION)
    old = pl.col("period").cast(pl.Int32) <= city.last_year - years
    for feed_id in REPORTERS:
        without(city, feed_id, pl.col("indicator").is_in(names) & old & (pl.col("area") != "XX"))
    known = set(city.years[-years:])
    there = len(names) * years
    found = grade("G02", there / (there + sum(lacking_years(name, known, city.years) for name in names)))
    assert found
    city.must_raise(f"{years} of {len(city.years)} years", "G02", found, dimension=f"category {number}")


def category_without(city: MadeCity, number: str, missing: int) -> None:
    """Some indicators of a category are missing outright."""
    names = [
        name
        for name, row in figures.printed().items()
        if row["category_no"] == number
        and row["unit_code"] != "BINARY"
        and name != "socio.poverty_rate"
        and name not in figures.COUNTED + figures.POPULATION
    ]
    every = sum(row["category_no"] == number for row in figures.printed().values())
    for name in names[:missing]:
        city_figure_missing(city, name)
    lacking = sum(lacking_years(name, set(), city.years) for name in names[:missing])
    there = (every - missing) * len(city.years)
    found = grade("G02", there / (there + lacking))
    if not found:
        city.must_not_raise(f"{missing} of {every} missing", "G02", "low", dimension=f"category {number}")
        return
    city.must_raise(f"{missing} of {every} missing", "G02", found, dimension=f"category {number}")


def suppressed(city: MadeCity, number: str, indicators: int, years: int) -> None:
    """The office hides the older years of many figures of a category."""
    names = [
        name
        for name, row in figures.printed().items()
        if row["category_no"] == number
        and name not in (*figures.COUNTED, *figures.POPULATION, "gov.victim_reporting_rate")
    ]
    every = sum(row["category_no"] == number for row in figures.printed().values())
    old = pl.col("indicator").is_in(names[:indicators]) & (pl.col("period").cast(pl.Int32) < city.first_year + years)
    old &= pl.col("area") != "XX"
    without(city, "yearbook", old)
    city.feeds["statistics"]["columns"]["obs_status"] = {"from": "status"}
    city.tables["statistics"] = city.tables["statistics"].with_columns(
        value=pl.when(old).then(None).otherwise(pl.col("value")),
        status=pl.when(old).then(pl.lit("Q")).otherwise(pl.lit("A")),
    )
    found = grade("G19", indicators * years / (every * len(city.years)))
    assert found
    city.must_raise(
        f"{indicators} of {every} suppressed for {years} years", "G19", found, dimension=f"category {number}"
    )


def districts_missing(city: MadeCity, feed_id: str, number: int) -> None:
    """The newest year of the yearly table leaves districts out."""
    gone = [one.area_id for one in city.districts[-number:]]
    without(city, feed_id, pl.col("area").is_in(gone) & (pl.col("period") == str(city.last_year)))
    people = {one.area_id: one.residents for one in city.districts}
    share = 1 - sum(people[one] for one in gone) / sum(people.values())
    found = grade("G05", share)
    assert found
    # Who lives where in the newest year may differ by a few from who did in the first.
    if min(abs(share - 0.8), abs(share - 0.6)) > 0.002:
        city.must_raise(
            f"{number} of {len(people)} districts missing", "G05", found, feed_id=feed_id, dimension="district"
        )


def impossible(city: MadeCity, indicator_id: str) -> None:
    """More than the whole."""
    for feed_id in REPORTERS:
        city.tables[feed_id] = city.tables[feed_id].with_columns(
            value=pl.when(of(indicator_id, "C")).then(140.0).otherwise(pl.col("value"))
        )
    city.must_raise("a share of 140 percent", "G09d", "high", indicator_id=indicator_id)
