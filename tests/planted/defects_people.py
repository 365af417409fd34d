"""Defects of who is counted: dark figures, groups that cannot be broken down, weak denominators, nowhere to report."""

from __future__ import annotations

import polars as pl

from tests.planted import figures
from tests.planted.defects_figures import REPORTERS
from tests.planted.grading import ORDER, grade, is_core, uplifted
from tests.planted.model import MadeCity
from tests.planted.tools import chosen, ignore, of, without

# Counted by the police from offences or victims; homicide is known without anyone reporting it.
NEED_A_REPORT = (
    "crime.serious_assault_rate",
    "crime.serious_assault_firearm_rate",
    "crime.sexual_violence_rate",
    "crime.sexual_violence_firearm_rate",
    "crime.motor_vehicle_theft_rate",
    "crime.robbery_firearm_rate",
)
OF_VICTIMS = ("crime.homicide_rate", "crime.homicide_firearm_rate", *NEED_A_REPORT[:4])
RECORDS_OF_VICTIMS = ("victims", "case_files", "deaths")


def victims_report(city: MadeCity, percent: float | None, *, of_any: bool) -> None:
    """How many victims tell the police: of each crime, or asked of victims of any crime alone; none: nobody has asked them."""
    line, crimes = "gov.victim_reporting_rate", pl.col("indicator").is_in(figures.OF_VICTIMS_OF)
    city.must_not_raise("homicide needs no report", "G06", "low", indicator_id="crime.homicide_rate")
    if percent is not None and not of_any:
        _say(city, "statistics", crimes, percent)
        city.must_not_raise("each crime asked about", "G06", "low", indicator_id=line)
        for indicator_id in NEED_A_REPORT:
            severity = grade("G06", percent / 100)
            if severity:
                city.must_raise("few report it", "G06", uplifted(severity, indicator_id), indicator_id=indicator_id)
            else:
                city.must_not_raise("enough report it", "G06", "low", indicator_id=indicator_id)
        return
    without(city, "statistics", crimes)
    for feed_id in REPORTERS:
        if percent is None:
            without(city, feed_id, of(line, "C"))
        else:
            _say(city, feed_id, of(line, "C"), percent)
    if percent is None:
        without(city, "statistics", of(line, "d"))
        city.must_raise("nobody asked victims", "G01", "critical", indicator_id=line)
    # A share of any crime is that of no single one: one finding, of the line on victims, names the crimes.
    city.must_raise("no crime asked about", "G06", uplifted("medium", line), indicator_id=line)
    for indicator_id in NEED_A_REPORT:
        city.must_not_raise("no share of its own", "G06", "low", indicator_id=indicator_id)


def _say(city: MadeCity, feed_id: str, where: pl.Expr, percent: float) -> None:
    city.tables[feed_id] = city.tables[feed_id].with_columns(
        value=pl.when(where).then(pl.lit(percent)).otherwise(pl.col("value"))
    )


def records_do_not_tell(city: MadeCity, column: str) -> None:
    """No office that counts victims writes this down."""
    for feed_id in RECORDS_OF_VICTIMS:
        if city.feeds[feed_id]["columns"].pop(column, None):
            ignore(city.feeds[feed_id], column)
    for indicator_id in OF_VICTIMS:
        severity = _missing_in_records(column, indicator_id)
        if severity:
            city.must_raise(f"records without {column}", "G11", severity, indicator_id=indicator_id, dimension=column)


def _missing_in_records(column: str, indicator_id: str) -> str | None:
    """The guide's lines on violence name sex and age, those on sexual violence disability too; ethnicity is asked of all."""
    if column == "ethnicity":
        return "low"
    if column == "disability" and "sexual" not in indicator_id:
        return None
    return uplifted("high" if column == "sex" and is_core(indicator_id) else "medium", indicator_id)


def figures_not_by(city: MadeCity, indicator_id: str, dimension: str, asked: bool) -> None:
    """The office does not tell this group apart, for one indicator."""
    groups = {"sex": pl.col("sex") != "_T", "age": pl.col("age") != "_T"}.get(dimension, pl.col("dim") == dimension)
    without(city, "statistics", of(indicator_id) & groups)
    core_sex = dimension == "sex" and is_core(indicator_id)
    severity = uplifted("high" if core_sex else "medium" if asked else "low", indicator_id)
    city.must_raise(f"not by {dimension}", "G11", severity, indicator_id=indicator_id, dimension=dimension)


def unknown_group(city: MadeCity, column: str, share: float) -> None:
    """For a share of the victims nobody wrote it down."""
    table = city.tables["victims"]
    empty = chosen(table, share, city.seed + 4, ["code", "weapon"])
    city.tables["victims"] = table.with_columns(pl.when(empty).then(None).otherwise(pl.col(column)).alias(column))
    found = grade("G11 unknown", share)
    for indicator_id in OF_VICTIMS:
        if found:
            city.must_raise(
                f"{column} unknown for {share:.0%}",
                "G11",
                uplifted(found, indicator_id),
                indicator_id=indicator_id,
                dimension=column,
            )
        else:
            city.must_not_raise(
                f"{column} unknown for {share:.0%}", "G11", "medium", indicator_id=indicator_id, dimension=column
            )


def old_census(city: MadeCity, year: int) -> None:
    city.tables["residents"] = city.tables["residents"].with_columns(source_year=pl.lit(year))
    found = grade("G18 census", int(city.as_of[:4]) - year)
    if found:
        city.must_raise(f"census of {year}", "G18", found, feed_id="residents")
    else:
        city.must_not_raise(f"census of {year}", "G18", "low", feed_id="residents")


def residents_end(city: MadeCity, last: int) -> None:
    """Nobody knows the residents of the newest years."""
    without(city, "residents", pl.col("year") > last)
    if last == 2022:
        city.must_raise("residents of 2023 wanting", "G04", "high", feed_id="residents")
        city.must_raise("residents of 2023 wanting", "G13", "medium", feed_id="residents")
    if city.last_year - last > 1:
        city.must_raise(f"residents until {last}", "G18", "medium", feed_id="residents")
    else:
        city.must_not_raise(f"residents until {last}", "G18", "medium", feed_id="residents")


def other_boundaries(city: MadeCity) -> None:
    """Residents of a district that the boundaries do not know."""
    one = city.tables["residents"].filter(pl.col("district") == "d1").with_columns(pl.lit("old7").alias("district"))
    city.tables["residents"] = pl.concat([city.tables["residents"], one])
    city.must_raise("unknown district among residents", "G18", "high", feed_id="residents", dimension="boundary")


def channels_left(city: MadeCity, theme: str, how: str) -> None:
    """Fewer ways to report."""
    here, table = pl.col("theme") == theme, city.tables["channels"]
    line, last = pl.col("channel").str.starts_with("line"), pl.col("district") == city.districts[-1].area_id
    if how == "one works":
        table = _not_working(table, here & line)
    elif how == "none works":
        table = _not_working(table, here)
    elif how == "none named":
        table = table.filter(~here)
    else:
        table = table.filter(~(here & last))
    city.tables["channels"] = table
    severity = {"one works": "low", "none works": "high", "none named": "high", "none in a district": "medium"}[how]
    assert severity in ORDER
    city.must_raise(how, "G21", severity, dimension=theme)


def _not_working(table: pl.DataFrame, rows: pl.Expr) -> pl.DataFrame:
    return table.with_columns(functioning=pl.when(rows).then(pl.lit("no")).otherwise(pl.col("functioning")))
