"""Spoilt cities are spoilt as meant: shares are exact, what is not touched stays, and their contracts still hold."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from tests.planted import defects_places as places
from tests.planted import defects_records as records
from tests.planted import defects_sources as sources
from tests.planted import defects_time as time
from tests.planted.clean import clean_city
from tests.planted.grading import ORDER, grade, uplifted
from tests.planted.mixed import mixed_city
from tests.planted.model import MadeCity
from tests.planted.suite import special_cities
from tests.planted.writing import write_city
from tests.runs import sga


@pytest.fixture
def city() -> MadeCity:
    return clean_city(7)


def by_year(table: pl.DataFrame, rows: pl.Expr) -> list[float]:
    year = pl.col("date").str.slice(0, 4).alias("year")
    return table.group_by(year).agg((rows.sum() / pl.len()).alias("share")).sort("year")["share"].to_list()


@pytest.mark.parametrize("how", ["blank", "null island", "swapped", "outside"])
def test_a_share_of_the_places_is_lost_in_every_year(city: MadeCity, how: str) -> None:
    records.unlocated(city, 0.18, how)
    west, south = min(one.west for one in city.districts), min(one.south for one in city.districts)
    inside = pl.col("lat").is_between(south, south + 0.12) & pl.col("lon").is_between(west, west + 0.18)
    assert by_year(city.tables["incidents"], inside.fill_null(False)) == pytest.approx([0.82] * 4, abs=0.001)
    assert [(one.gap_code, one.severity) for one in city.planted] == [("G07", "medium")]


def test_a_pile_lies_on_one_point(city: MadeCity) -> None:
    records.piled(city, 0.06)
    most = city.tables["incidents"].group_by("lat", "lon").len()["len"].max()
    assert most == pytest.approx(0.06 * city.tables["incidents"].height, abs=5)


def sides(city: MadeCity, feed_id: str, code: str) -> tuple[float, float, float, float]:
    """West, south, east and north of what is drawn."""
    [ring] = city.tables[feed_id].filter(pl.col("code") == code)["ring"].to_list()
    return min(x for x, _ in ring), min(y for _, y in ring), max(x for x, _ in ring), max(y for _, y in ring)


def test_a_share_of_the_ground_lies_in_two_districts(city: MadeCity) -> None:
    places.overlapping(city, 0.03)
    first, second = sides(city, "districts", "d1"), sides(city, "districts", "d2")
    ground = len(city.districts) * 0.06**2
    assert (first[2] - second[0]) * (first[3] - first[1]) / ground == pytest.approx(0.03, rel=1e-4)
    assert [(one.gap_code, one.severity) for one in city.planted] == [("G10a", "medium")]
    assert [one.severity for one in city.unraised] == ["high"]


def test_a_district_lies_within_another(city: MadeCity) -> None:
    places.drawn_within(city, 0.004)
    west, south, east, north = sides(city, "districts", "d2")
    assert (east - west) * (north - south) / ((len(city.districts) - 1) * 0.06**2) == pytest.approx(0.004, rel=1e-3)
    assert [(one.gap_code, one.severity) for one in city.planted] == [("G10a", "medium")]


@pytest.mark.parametrize(("share", "found"), [(0.04, "medium"), (0.0095, "low"), (0.0007, None)])
def test_a_share_of_the_city_lies_in_no_district(city: MadeCity, share: float, found: str | None) -> None:
    places.left_out(city, share)
    strip = 3 * 0.06 * (sides(city, "districts", "d1")[1] - sides(city, "outline", "C")[1])
    assert strip / (len(city.districts) * 0.06**2 + strip) == pytest.approx(share, rel=1e-3)
    assert [one.severity for one in city.planted] == ([found] if found else [])


def test_a_share_of_the_districts_lies_beyond_the_city(city: MadeCity) -> None:
    places.beyond(city, 0.02)
    strip = 3 * 0.06 * (sides(city, "outline", "C")[1] - sides(city, "districts", "d1")[1])
    assert strip / (len(city.districts) * 0.06**2) == pytest.approx(0.02, rel=1e-3)
    assert [(one.gap_code, one.severity) for one in city.planted] == [("G10a", "medium")]


def test_broken_rows_and_doubles_are_further_rows(city: MadeCity) -> None:
    before = city.tables["victims"]
    records.broken(city, "victims", 0.02, "no such day")
    records.doubled(city, "victims", 0.03)
    after = city.tables["victims"]
    assert after.filter(pl.col("date") == "2023-02-30").height >= round(0.02 * before.height)
    assert after.unique().filter(pl.col("date") != "2023-02-30").height == before.height
    assert {one.gap_code: one.severity for one in city.planted} == {"G10a": "medium", "G20": "medium"}


def test_a_bad_optional_value_is_in_a_row_that_stays(city: MadeCity) -> None:
    before = city.tables["victims"]
    records.broken(city, "victims", 0.02, "age 999")
    after = city.tables["victims"]
    assert after.height == before.height
    assert after.filter(pl.col("age") == "999").height == round(0.02 * before.height)
    assert [(one.gap_code, one.severity) for one in city.planted] == [("G10a", "medium")]


def test_an_office_counts_as_many_times_as_said(city: MadeCity) -> None:
    before = city.tables["deaths"].height
    sources.counts_more(city, "deaths", "HOM", 2.2)
    assert city.tables["deaths"].height == pytest.approx(2.2 * before, rel=0.01)
    assert city.tables["deaths"]["death"].is_unique().all()
    assert {(one.indicator_id, one.severity) for one in city.planted} == {
        ("crime.homicide_rate", "critical"),
        ("crime.homicide_firearm_rate", "critical"),
    }


def test_an_earlier_delivery_held_less_of_each_month(city: MadeCity) -> None:
    time.revised(city, "incidents", 0.75)
    _, earlier = city.earlier["incidents"]
    month = pl.col("date").str.slice(0, 7)
    shares = earlier.group_by(month).len().join(city.tables["incidents"].group_by(month).len(), on="date")
    assert shares.select((pl.col("len") / pl.col("len_right")).alias("share"))["share"].to_list() == pytest.approx(
        [0.75] * 48, abs=0.01
    )
    assert city.planted[0].severity == "high"


@pytest.mark.parametrize(
    ("metric", "just_fine", "just_not", "severity"),
    [
        ("located", 0.95, 0.949, "low"),
        ("G09b", 0.69, 0.691, "critical"),
        ("G04", 0.75, 0.749, "high"),
        ("G08a", 0.75, 0.74, "medium"),
    ],
)
def test_a_limit_is_passed_and_not_met(metric: str, just_fine: float, just_not: float, severity: str) -> None:
    assert grade(metric, just_not) == severity
    lighter = grade(metric, just_fine)
    assert lighter is None or ORDER.index(lighter) == ORDER.index(severity) - 1


def test_a_core_indicator_weighs_more_from_medium_on() -> None:
    assert uplifted("medium", "crime.homicide_rate") == "high"
    assert uplifted("low", "crime.homicide_rate") == "low"
    assert uplifted("medium", "crime.motor_vehicle_theft_rate") == "medium"


def test_contracts_of_spoilt_cities_hold(tmp_path: Path) -> None:
    cities = [*(mixed_city(number) for number in range(0, 30, 3)), *special_cities()]
    done = sga("check", *(write_city(city, tmp_path) for city in cities))
    assert done.returncode == 0, done.stderr
    assert Counter("all right" in line for line in done.stdout.splitlines())[True] == len(cities)
