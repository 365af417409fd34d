"""Deaths counted by cause, as offices publish them, against the sums by hand: they stand for homicide where nobody has victims."""

from __future__ import annotations

from pathlib import Path

import pytest

from sga_pipeline.home import Home
from sga_pipeline.publish.pointer import current_release
from sga_pipeline.publish.query import run_query
from tests.city_folder import CITY, residents
from tests.runs import Run

CITY_ID = "xx_causes"
DEATHS = """\
id: deaths
title: Deaths by cause
family: health
shape: health_counts
owner: {name: Statistics office, contact: causes of death}
licence: CC-BY-4.0
citation: Statistics office, deaths by cause.
source: {connector: file, address: deaths.csv}
format: {kind: csv}
cadence: annual
allowed_lag_days: 365
replaces: all
add_up: {never: "The table has one row for each cause, year and sex."}
spatial_levels: [city]
coverage: {first: 2022-01-01, last: 2023-12-31}
where: [{column: code, matches: "[A-Z][0-9]{2}[0-9]?"}]
melt:
  columns: "{sex}"
  parts: {sex: Men|Women}
  value: deaths
columns:
  period: {from: year}
  topic: {constant: deaths}
  icd10: {from: code}
  sex: {from: sex, steps: [{recode: {values: {Men: M, Women: F}, otherwise: reject}}]}
  count: {from: deaths, steps: [{replace: {old: "-", new: "0"}}, {number: {}}]}
ignore: [cause]
"""
# The row of a chapter and that of all causes are no deaths of their own.
TABLE = """\
year,code,cause,Men,Women
2023,A00-Y98,all causes,99,99
2023,V01-Y98,outside causes,59,44
2023,X94,assault by rifle,-,-
2023,X99,assault by sharp object,20,12
2023,Y04,assault by bodily force,5,-
2023,Y09,assault by unspecified means,3,2
2023,Y871,sequelae of assault,1,1
2023,Y34,undetermined,30,29
2022,I21,infarction,40,41
"""
RESIDENTS = residents(
    "city",
    """\
columns:
  year: {from: year}
  sex: {from: sex}
  persons: {from: persons}
""",
)


def city_in(folder: Path) -> Path:
    city = folder / CITY_ID
    (city / "feeds").mkdir(parents=True)
    (city / "data").mkdir()
    (city / "city.yaml").write_text(CITY.replace("xx_small", CITY_ID), encoding="utf-8")
    for name, feed, table in (
        ("deaths", DEATHS, TABLE),
        (
            "residents",
            RESIDENTS,
            "year,sex,persons\n" + "".join(f"{year},{sex},50000\n" for year in (2022, 2023) for sex in "FM"),
        ),
    ):
        (city / "feeds" / f"{name}.yaml").write_text(feed, encoding="utf-8")
        (city / "data" / f"{name}.csv").write_text(table, encoding="utf-8")
    return city


@pytest.fixture
def values(small_cities: Run) -> dict[tuple[str, str, str], tuple[object, object]]:
    """Numerator and value by indicator, year and sex."""
    release = current_release(Home(small_cities.home), CITY_ID)
    assert release is not None
    _, rows = run_query(
        release,
        "select indicator_id, period, sex, numerator, value from observations where indicator_id like 'crime.homicide%' "
        "and freq = 'A' and area_level = 'city' and age = '_T' and other_dim is null",
    )
    return {(str(one[0]), str(one[1]), str(one[2])): (one[3], one[4]) for one in rows}


@pytest.mark.parametrize(
    ("indicator", "year", "sex", "deaths"),
    [
        ("crime.homicide_rate", "2023", "_T", 20 + 12 + 5 + 3 + 2 + 1 + 1),
        ("crime.homicide_rate", "2023", "M", 20 + 5 + 3 + 1),
        ("crime.homicide_register_rate", "2023", "_T", 20 + 12 + 5),
        ("crime.homicide_register_rate", "2023", "F", 12),
        # Rows were given and said none, or the table of causes is whole and has no row: zero either way.
        ("crime.homicide_firearm_rate", "2023", "_T", 0),
        ("crime.homicide_rate", "2022", "_T", 0),
    ],
)
def test_deaths_by_assault_are_counted_from_a_table_of_causes(
    values: dict[tuple[str, str, str], tuple[object, object]], indicator: str, year: str, sex: str, deaths: int
) -> None:
    people = 100_000 if sex == "_T" else 50_000
    assert values[indicator, year, sex] == (deaths, pytest.approx(100_000 * deaths / people))


def test_what_police_records_alone_can_show_has_no_value(
    values: dict[tuple[str, str, str], tuple[object, object]],
) -> None:
    assert not [one for one in values if one[0] in {"crime.homicide_offences_rate", "crime.homicide_ocg_rate"}]
