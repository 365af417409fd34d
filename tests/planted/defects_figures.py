"""Defects of reported figures: indicators that are not there, too rarely there, contradicted, coarse, alone or suppressed."""

from __future__ import annotations

import math
from itertools import pairwise

import polars as pl

from tests.planted import figures
from tests.planted.grading import grade, is_core, uplifted, worse
from tests.planted.model import MadeCity
from tests.planted.tools import of, without

REPORTERS = ("statistics", "yearbook")
TOTAL = (pl.col("sex") == "_T") & (pl.col("age") == "_T") & (pl.col("dim") == "")


def city_figure_missing(city: MadeCity, indicator_id: str) -> None:
    """Nobody gives it for the city or its districts; what hangs on it is not asked again."""
    for feed_id in REPORTERS:
        without(city, feed_id, of(indicator_id) & (pl.col("area") != "XX"))
    severity = "critical" if is_core(indicator_id) else "medium"
    city.must_raise("no figure of the city", "G01", severity, indicator_id=indicator_id)
    for child in ("G03", "G11", "G12", "G15", "G22"):
        city.must_not_raise("a child of a missing indicator", child, "low", indicator_id=indicator_id)


def optional_figure_missing(city: MadeCity, indicator_id: str) -> None:
    """The eighth category is no part of the seven: in the register, and marked optional."""
    for feed_id in REPORTERS:
        without(city, feed_id, of(indicator_id) & (pl.col("area") != "XX"))
    city.must_raise("an optional indicator", "G01", "low", indicator_id=indicator_id)


def too_rare(city: MadeCity, indicator_id: str, years: tuple[int, ...]) -> None:
    """The statistical office gives only these years of the city, of what is needed every year."""
    months_needed = figures.months_needed()[indicator_id]
    assert months_needed == 12
    others = ~pl.col("period").cast(pl.Int32).is_in(list(years))
    without(city, "statistics", of(indicator_id, "C") & others)
    steps = sorted(12 * (b - a) for a, b in pairwise(years))
    if not steps:
        found: str | None = "high"
    else:
        middle = (steps[(len(steps) - 1) // 2] + steps[len(steps) // 2]) / 2
        mean = sum(steps) / len(steps)
        uneven = math.sqrt(sum((one - mean) ** 2 for one in steps) / len(steps)) / mean > 0.5
        found = worse(grade("G03", middle / months_needed), "low" if uneven else None)
    scope = {"feed_id": "statistics", "indicator_id": indicator_id}
    if found:
        city.must_raise(f"years {years} only", "G03", uplifted(found, indicator_id), **scope)
    else:
        city.must_not_raise(f"years {years} only", "G03", "low", **scope)


def not_often_needed(city: MadeCity, indicator_id: str) -> None:
    """One year is enough of what changes in five."""
    without(city, "statistics", of(indicator_id, "C") & (pl.col("period") != str(city.last_year)))
    city.must_not_raise("one year is enough", "G03", "low", feed_id="statistics", indicator_id=indicator_id)


def contradicted(city: MadeCity, indicator_id: str, ratio: float) -> None:
    """The yearbook prints another figure than the statistical office."""
    here = of(indicator_id, "C")
    ours = city.tables["statistics"].filter(here & TOTAL).select("period", pl.col("value").alias("_ours"))
    table = city.tables["yearbook"].join(ours, on="period", how="left", maintain_order="left")
    city.tables["yearbook"] = table.with_columns(
        value=pl.when(here).then((pl.col("_ours") * ratio).round(6)).otherwise(pl.col("value"))
    ).drop("_ours")
    found = grade("G09b", abs(math.log(ratio)))
    if found:
        city.must_raise(f"contradicted, {ratio} to 1", "G09b", uplifted(found, indicator_id), indicator_id=indicator_id)
    else:
        city.must_not_raise(f"contradicted, {ratio} to 1", "G09b", "low", indicator_id=indicator_id)


def shaky(city: MadeCity, indicator_id: str, width: float) -> None:
    """The office gives an interval that wide, as a part of the figure."""
    contract, table = city.feeds["statistics"], city.tables["statistics"]
    contract["columns"] |= {"ci_low": {"from": "low"}, "ci_high": {"from": "high"}, "n": {"from": "asked"}}
    here = of(indicator_id, "C") & TOTAL
    city.tables["statistics"] = table.with_columns(
        low=pl.when(here).then(pl.col("value") * (1 - width / 2)),
        high=pl.when(here).then(pl.col("value") * (1 + width / 2)),
        asked=pl.when(here).then(pl.lit(60)),
    )
    from_survey = figures.printed()[indicator_id]["small_number_rule"] == "S2"
    if width > 1.6 or (from_survey and width / 2 / 1.96 > 0.30):
        city.must_raise(f"interval of {width}", "G09c", "medium", indicator_id=indicator_id)
    else:
        city.must_not_raise(f"interval of {width}", "G09c", "low", indicator_id=indicator_id)


def city_only(city: MadeCity, indicator_id: str) -> None:
    """No district is reported."""
    without(city, "statistics", of(indicator_id, "d"))
    of_crime = indicator_id.startswith("crime.") or indicator_id == "gov.perceived_insecurity"
    city.must_raise(
        "city only", "G12", uplifted("high" if of_crime else "low", indicator_id), indicator_id=indicator_id
    )
    if is_core(indicator_id):
        city.must_raise("a core indicator without areas", "G11", "critical", indicator_id=indicator_id)


def no_national(city: MadeCity, indicator_id: str, left: int | None = None) -> None:
    """The country's figure is missing, or only one of long ago is there."""
    gone = of(indicator_id, "XX")
    if left:
        gone &= pl.col("period") != str(left)
    without(city, "statistics", gone)
    if left:
        city.must_raise(f"country of {left} only", "G15", "low", indicator_id=indicator_id)
    else:
        city.must_raise(
            "no figure of the country", "G15", "high" if is_core(indicator_id) else "medium", indicator_id=indicator_id
        )


def one_source(city: MadeCity, indicator_id: str) -> None:
    without(city, "yearbook", of(indicator_id))
    if is_core(indicator_id):
        city.must_raise("one source", "G22", "medium", indicator_id=indicator_id)
    else:
        city.must_not_raise("one source of what is not core", "G22", "low", indicator_id=indicator_id)
