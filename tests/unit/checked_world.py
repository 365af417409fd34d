"""A city small enough to be read: the tables a release holds, all in order, into which a test plants one fault."""

from __future__ import annotations

from typing import Any

import duckdb

from sga_pipeline.contracts.catalogue import Catalogue, read_catalogue
from sga_pipeline.contracts.shape import read_shape
from sga_pipeline.paths import CONTRACTS

CITY = "xx_small"
YEARS = range(2019, 2025)
HOMICIDES, WITH_FIREARM, THEFTS = "crime.homicide_rate", "crime.homicide_firearm_rate", "crime.motor_vehicle_theft_rate"
RESIDENTS, LITERACY, INDEX = "demo.population_total", "demo.literacy_rate", "socio.gini"

_OBSERVATIONS = """
create table observations (
    city_id varchar, indicator_id varchar, area_id varchar, area_level varchar, freq varchar, period varchar, period_start date, period_end date,
    sex varchar, age varchar, other_dim varchar, other_code varchar, value double, unit varchar, numerator double, denominator double,
    ci_low double, ci_high double, n bigint, obs_status varchar, conf_status varchar, sources varchar[], boundary_version varchar, data_as_of date, reason_code varchar, reason varchar)
"""


def contracts() -> tuple[Catalogue, dict[str, str]]:
    """The project's own catalogue and the kinds of its shapes."""
    shapes = map(read_shape, sorted((CONTRACTS / "shapes").glob("*.yaml")))
    return read_catalogue(CONTRACTS / "catalogue"), {shape.id: str(shape.kind) for shape in shapes}


def small_world(catalogue: Catalogue) -> duckdb.DuckDBPyConnection:
    """Everything in order."""
    con = duckdb.connect()
    con.execute(_OBSERVATIONS)
    con.execute(
        "create table areas as select * from (values ('xx_small', 'XX', 'country'), ('xx_small', 'C', 'city'), "
        "('xx_small', 'D1', 'district'), ('xx_small', 'D2', 'district')) as t(city_id, area_id, level)"
    )
    con.execute("create table cities as select 'xx_small' as city_id, 'C' as city_area")
    con.execute(
        "create table feeds as select * from (values ('xx_small', 'police', 'crime_victims'), ('xx_small', 'people', 'population'), "
        "('xx_small', 'office', 'official_counts'), ('xx_small', 'reported', 'observations')) as t(city_id, feed_id, shape)"
    )
    con.execute(
        "create table indicators (city_id varchar, indicator_id varchar, kind varchar, multiplier double, iccs_code varchar)"
    )
    rows = [
        [CITY, one["indicator_id"], one["kind"], float(one["multiplier"]), one["iccs_code"] or None]
        for one in catalogue.indicators.values()
    ]
    con.executemany("insert into indicators values (?, ?, ?, ?, ?)", rows)
    for year in YEARS:
        _year(con, year)
    return con


def _year(con: duckdb.DuckDBPyConnection, year: int) -> None:
    for area, level, share in (
        ("XX", "country", 50.0),
        ("C", "city", 1.0),
        ("D1", "district", 0.6),
        ("D2", "district", 0.4),
    ):
        people = 10_000 * share
        _put(con, RESIDENTS, year, area, level, people, people, None, ["people"])
        _put(con, LITERACY, year, area, level, 90.0, 0.9 * people, people, ["office"])
        # One in ten happened where nobody noted.
        located = share if level != "district" else 0.9 * share
        for indicator, events in ((HOMICIDES, 100), (WITH_FIREARM, 40), (THEFTS, 300)):
            counted = events * located
            _put(
                con,
                indicator,
                year,
                area,
                level,
                100_000 * counted / people,
                counted,
                people,
                ["people", "police"],
                spread=0.2,
            )
    for sex, share in (("F", 0.2), ("M", 0.7), ("_U", 0.1)):
        _put(con, HOMICIDES, year, "C", "city", None, 100 * share, None, ["people", "police"], sex=sex)
    for sex in ("F", "M"):
        _put(con, RESIDENTS, year, "C", "city", 5_000, 5_000, None, ["people"], sex=sex)
    for age in ("Y0T14", "Y15T29", "Y30T44", "Y45T59", "Y_GE60"):
        _put(con, RESIDENTS, year, "C", "city", 2_000, 2_000, None, ["people"], age=age)
    _put(con, INDEX, year, "C", "city", 0.4, None, None, ["reported"], spread=0.1)


def _put(
    con: duckdb.DuckDBPyConnection,
    indicator: str,
    year: int,
    area: str,
    level: str,
    value: float | None,
    numerator: float | None,
    denominator: float | None,
    sources: list[str],
    *,
    sex: str = "_T",
    age: str = "_T",
    spread: float | None = None,
) -> None:
    limits = (value * (1 - spread), value * (1 + spread)) if spread and value is not None else (None, None)
    row: list[Any] = [
        CITY,
        indicator,
        area,
        level,
        "A",
        str(year),
        f"{year}-01-01",
        f"{year}-12-31",
        sex,
        age,
        None,
        None,
        value,
        "unit",
        numerator,
        denominator,
        *limits,
        None,
        "A" if value is not None else "M",
        "F",
        sources,
        "v1",
        "2025-01-01",
        None,
        None,
    ]
    con.execute(f"insert into observations values ({', '.join('?' * len(row))})", row)
