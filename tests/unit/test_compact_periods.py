"""The step compact_period: what DHIS2 and its like write for a period, as the release writes it."""

from __future__ import annotations

from datetime import date, timedelta

import duckdb
import pytest

from sga_pipeline.conform.compact_periods import compact_period

GIVEN = [
    # written, as_written, month, quarter, year, first_day
    ("202304", "2023-04", "2023-04", "2023-Q2", "2023", "2023-04-01"),
    ("2023-04", "2023-04", "2023-04", "2023-Q2", "2023", "2023-04-01"),
    ("2023Q1", "2023-Q1", "2023Q1", "2023-Q1", "2023", "2023-01-01"),
    ("2023Q4", "2023-Q4", "2023Q4", "2023-Q4", "2023", "2023-10-01"),
    ("2023", "2023", "2023", "2023", "2023", "2023-01-01"),
    ("2023S1", "2023S1", "2023S1", "2023S1", "2023", "2023-01-01"),
    ("2023S2", "2023S2", "2023S2", "2023S2", "2023", "2023-07-01"),
    ("2023W5", "2023W5", "2023-02", "2023-Q1", "2023", "2023-01-30"),
    ("2020W53", "2020W53", "2020-12", "2020-Q4", "2020", "2020-12-28"),
    ("20230401", "20230401", "2023-04", "2023-Q2", "2023", "2023-04-01"),
    # What is no period, or none the release knows, stays and fails the check of its column.
    ("2023W53", *["2023W53"] * 5),
    ("20230230", *["20230230"] * 5),
    ("202313", *["202313"] * 5),
    ("2023Q5", *["2023Q5"] * 5),
    ("2023April", *["2023April"] * 5),
    ("LAST_12_MONTHS", *["LAST_12_MONTHS"] * 5),
    ("'; drop table x", *["'; drop table x"] * 5),
    ("", *[""] * 5),
    (None, *[None] * 5),
]
GIVES = ["as_written", "month", "quarter", "year", "first_day"]


def give(text: str | None, what: str) -> object:
    with duckdb.connect() as con:
        sql = f"select {compact_period('given', what)} from (select ?::varchar as given)"
        (row,) = con.execute(sql, [text]).fetchall()
        return row[0]


@pytest.mark.parametrize("row", GIVEN, ids=lambda row: str(row[0]))
def test_periods(row: tuple[str | None, ...]) -> None:
    assert [give(row[0], what) for what in GIVES] == list(row[1:])


def test_every_week_of_thirty_years_lies_where_the_calendar_says() -> None:
    sql = ", ".join(f"{compact_period('given', what)} as {what}" for what in ("month", "year", "first_day"))
    day, weeks = date(2000, 1, 3), {}
    while day.year < 2030:
        year, week, _ = day.isocalendar()
        thursday = day + timedelta(days=3)
        weeks[f"{year}W{week}"] = (f"{thursday:%Y-%m}", f"{thursday:%Y}", day.isoformat())
        day += timedelta(days=7)
    with duckdb.connect() as con:
        found = con.execute(f"select given, {sql} from (select unnest(?) as given)", [list(weeks)]).fetchall()
    assert {row[0]: row[1:] for row in found} == weeks and len(weeks) == 1566
