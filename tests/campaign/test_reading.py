"""The second reading, worked out by hand in a few rows: a judge that errs proves nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.campaign.model import Feed, Table
from tests.campaign.values import Reading, possible_values

YEAR = ("C", "2022", "_T", "_T")
PEOPLE = "".join(f"d{place},{year},100000\n" for place in (1, 2, 3) for year in (2021, 2022, 2023))


def read(shape: str, indicator: str, columns: dict[str, Any], text: str, periods: bool = False) -> Reading:
    source = {"address": "f/{period}.csv" if periods else "f.csv"}
    feed = Feed("f", {"shape": shape, "columns": columns, "source": source}, (indicator,), {"f.csv": Table((), ())})
    return Reading(feed, {"f/2022.csv" if periods else "f.csv": text})


RESIDENTS = read(
    "population",
    "demo.population_total",
    {"area_id": {"from": "d"}, "year": {"from": "y"}, "persons": {"from": "n"}},
    "d,y,n\n" + PEOPLE,
)
EVENTS = {
    "event_id": {"from": "id"},
    "occurred_on": {"from": "day"},
    "area_id": {"from": "d"},
    "iccs_code": {"from": "c"},
}
THEFTS = "".join(f"{n},2022-05-02,d1,050211\n" for n in range(60))


def rounded(values: set[float]) -> set[float]:
    return {round(one, 9) for one in values}


def thefts(more: str, periods: bool = False) -> set[float]:
    made = read("crime_events", "crime.motor_vehicle_theft_rate", EVENTS, "id,day,d,c\n" + THEFTS + more, periods)
    return possible_values("crime.motor_vehicle_theft_rate", YEAR, made, [RESIDENTS])


@pytest.mark.parametrize(
    ("more", "possible"),
    [
        ("", {20.0}),
        ("59,2022-05-02,d1,050211\n", {20.0}),
        ("90,2022-05-02,,050211\n", {61 / 3}),
        ("90,2022-13-02,d1,050211\n", {20.0}),
        ("90,2022-13-02,d1,050211\n91,,d1,050211\n", set()),
        ("90,2022-05-02,d1,99\n91,2022-05-02,d1,\n", set()),
        ("90,2021-05-02,d1,050211\n", {20.0}),
    ],
)
def test_records(more: str, possible: set[float]) -> None:
    assert rounded(thefts(more)) == rounded(possible)


def test_rows_of_another_period_are_no_rows() -> None:
    assert thefts("90,2021-05-02,d1,050211\n", periods=True) == {20.0}


COUNTS = {
    "area_id": {"from": "d"},
    "period": {"from": "p"},
    "sex": {"from": "s"},
    "iccs_code": {"constant": "050211"},
    "count": {"from": "n"},
}


@pytest.mark.parametrize(
    ("rows", "possible"),
    [
        ("d1,2022-01,F,10\nd2,2022-02,M,20\n", {10.0}),
        ("d1,2022-01,F,10\nd2,2022-02,M,20\nC,2022-01,_T,12\n", {32 / 3}),
        ("d1,2022-01,F,10\nd2,2022-02,M,20\nC,2022,_T,90\n", {30.0}),
        ("d1,2022-01,F,10\nd2,2022-02,M,20\n,2022,_T,15\n", {15.0}),
        ("d1,2022-01,F,10\nd2,2022-02,M,20\n,2022,_T,33\n", {11.0}),
        ("d1,2022-01,F,10\nd1,2022-01,F,11\nd2,2022-02,M,20\n", set()),
        ("d1,2022-01,F,10\nd1,2022-01,F,10\nd2,2022-02,M,20\n", {10.0}),
    ],
)
def test_counts_with_wholes(rows: str, possible: set[float]) -> None:
    made = read("crime_counts", "crime.motor_vehicle_theft_rate", COUNTS, "d,p,s,n\n" + rows)
    assert rounded(possible_values("crime.motor_vehicle_theft_rate", YEAR, made, [RESIDENTS])) == rounded(possible)


QUANTITIES = {
    "area_id": {"from": "d"},
    "period": {"from": "p"},
    "topic": {"constant": "slum_residents"},
    "amount": {"from": "a"},
    "out_of": {"from": "o"},
}


@pytest.mark.parametrize(
    ("rows", "possible"),
    [
        ("d1,2022,1,10\nd2,2022,2,10\nd3,2022,3,10\n", {20.0}),
        ("d1,2022,1,10\nd2,2022,2,10\n", set()),
        ("d1,2022,1,10\nC,2022,9,30\n", {30.0}),
        ("d1,2022,1,10\nd1,2022,2,10\nd2,2022,2,10\nd3,2022,3,10\n", set()),
    ],
)
def test_quantities(rows: str, possible: set[float]) -> None:
    made = read("official_counts", "demo.slum_population_share", QUANTITIES, "d,p,a,o\n" + rows)
    assert rounded(possible_values("demo.slum_population_share", YEAR, made, [])) == rounded(possible)
