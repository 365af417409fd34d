"""Defects of time: periods that never came, late data, revised history, months out of line and shifts of level."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

import polars as pl

from tests.planted.grading import grade, worse
from tests.planted.model import MadeCity
from tests.planted.tools import by_period, chosen, days_between, in_months, longest_run, month_of, repeated

# Local code of a record, the feeds that hold it, and the indicators shown from it by the month. Sexual violence is shown by the year alone.
SERIES = {
    "VEH": (("incidents",), ("crime.motor_vehicle_theft_rate",)),
    "RBF": (("incidents",), ("crime.robbery_firearm_rate",)),
    "ASL": (("victims", "case_files"), ("crime.serious_assault_rate", "crime.serious_assault_firearm_rate")),
}
STEP = {"M": 1, "Q": 3, "A": 12}


def periods_missing(city: MadeCity, feed_id: str, freq: str, places: list[int]) -> None:
    """Files of some periods were never sent."""
    expected = by_period(city, feed_id, freq)
    missing = {expected[place] for place in places}
    city.unsent[feed_id] = missing
    share = 1 - len(missing) / len(expected)
    found = worse(grade("G04", share), "medium" if longest_run(expected, missing) >= 2 else None)
    defect = f"{len(missing)} of {len(expected)} periods missing"
    if found:
        city.must_raise(defect, "G04", found, feed_id=feed_id)
    if freq != "A":
        city.must_raise(defect, "G04", "medium", feed_id=feed_id, dimension="partial_year")


def ends_early(city: MadeCity, feed_id: str, year: int, month: int, lag: int) -> None:
    """The newest months are wanting; the contract allows `lag` days. It does not close the series, which would not be late."""
    last = date(year, month, monthrange(year, month)[1])
    contract = city.feeds[feed_id]
    contract["allowed_lag_days"] = lag
    contract["coverage"] = contract["coverage"] | {"last": "latest"}
    city.tables[feed_id] = city.tables[feed_id].filter(pl.col("date") <= last.isoformat())
    if city.tables[feed_id]["date"].max() < last.isoformat():  # type: ignore[operator]
        # Without a row on its last day a month is not known to be whole.
        last = last.replace(day=1) - timedelta(days=1)
        year, month = last.year, last.month
    following = date(year + month // 12, month % 12 + 1, 1)
    following = following.replace(day=monthrange(following.year, following.month)[1])
    overdue, age = days_between(following.isoformat(), city.as_of), days_between(last.isoformat(), city.as_of)
    found = worse(grade("G13 monthly", overdue), "high" if age > 2 * 31 + lag else None)
    _late(city, feed_id, last.isoformat(), found)
    due = date.fromisoformat(city.as_of) - timedelta(days=lag)
    wanting = sum(1 for n in range(12 * year + month, 12 * due.year + due.month - 1))
    if wanting:
        expected = 12 * (year - city.first_year) + month + wanting
        missing = worse(grade("G04", 1 - wanting / expected), "medium" if wanting >= 2 else None)
        if missing:
            city.must_raise(f"{wanting} due months wanting", "G04", missing, feed_id=feed_id)
        city.must_raise(f"{wanting} due months wanting", "G04", "medium", feed_id=feed_id, dimension="partial_year")


def closed_early(city: MadeCity, feed_id: str, last: str) -> None:
    """The contract closes the series; nothing of it is late, and the years after it are named."""
    contract = city.feeds[feed_id]
    contract["coverage"] = contract["coverage"] | {"last": last}
    city.tables[feed_id] = city.tables[feed_id].filter(pl.col("date") <= last)
    years_after = city.last_year - int(last[:4])
    city.must_not_raise(f"closed on {last}", "G13", "medium", feed_id=feed_id)
    if years_after:
        city.must_raise(f"closed on {last}", "G13", "low", feed_id=feed_id, dimension="closed")


def quarters_end_early(city: MadeCity, feed_id: str, last: str, lag: int) -> None:
    """The newest quarters are wanting; none of them is late by the contract."""
    expected = by_period(city, feed_id, "Q")
    city.feeds[feed_id]["allowed_lag_days"] = lag
    city.unsent[feed_id] = {one for one in expected if one > last}
    year, quarter = int(last[:4]), int(last[-1])
    ends = [
        date(year, 3 * quarter, monthrange(year, 3 * quarter)[1]),
        date(year + quarter // 4, 3 * (quarter % 4 + 1), 1),
    ]
    ends[1] = ends[1].replace(day=monthrange(ends[1].year, ends[1].month)[1])
    overdue, age = (days_between(end.isoformat(), city.as_of) for end in reversed(ends))
    _late(city, feed_id, last, worse(grade("G13 yearly", overdue), "high" if age > 2 * 92 + lag else None))


def years_end_early(city: MadeCity, feed_id: str, last: int) -> None:
    """A yearly table whose newest years are wanting."""
    city.tables[feed_id] = city.tables[feed_id].filter(pl.col("period").str.slice(0, 4).cast(pl.Int32) <= last)
    overdue, age = days_between(f"{last + 1}-12-31", city.as_of), days_between(f"{last}-12-31", city.as_of)
    lag = city.feeds[feed_id]["allowed_lag_days"]
    due = range(city.first_year, city.last_year)
    share = (last - city.first_year + 1) / len(due)
    if missing := worse(grade("G04", share), "medium" if due[-1] - last >= 2 else None):
        city.must_raise(f"years after {last} wanting", "G04", missing, feed_id=feed_id)
    _late(city, feed_id, str(last), worse(grade("G13 yearly", overdue), "high" if age > 2 * 365 + lag else None))


def _late(city: MadeCity, feed_id: str, last: str, found: str | None) -> None:
    if found:
        city.must_raise(f"ends with {last}", "G13", found, feed_id=feed_id)
    else:
        city.must_not_raise(f"ends with {last}", "G13", "low", feed_id=feed_id)


def revised(city: MadeCity, feed_id: str, first_share: float) -> None:
    """An earlier delivery held only this share of each month's records."""
    table = city.tables[feed_id]
    order = pl.int_range(pl.len()).over(pl.col("date").str.slice(0, 7))
    month = pl.len().over(pl.col("date").str.slice(0, 7))
    earlier = table.filter(order < (month * first_share).round())
    city.earlier[feed_id] = (f"{city.last_year + 1}-01-06T06:00:00Z", earlier)
    found = grade("G09a", _mean_revision(city, feed_id))
    if found:
        city.must_raise(f"revised from {first_share:.0%}", "G09a", found, feed_id=feed_id)
    else:
        city.must_not_raise(f"revised from {first_share:.0%}", "G09a", "low", feed_id=feed_id)


def restated(city: MadeCity, feed_id: str, month: str) -> None:
    """One month was twice what it had been, all others hardly moved."""
    revised(city, feed_id, 0.975)
    city.unraised = [one for one in city.unraised if (one.gap_code, one.feed_id) != ("G09a", feed_id)]
    city.planted = [one for one in city.planted if (one.gap_code, one.feed_id) != ("G09a", feed_id)]
    when, earlier = city.earlier[feed_id]
    there = in_months([month])
    half = earlier.filter(there).head(earlier.filter(there).height // 2)
    city.earlier[feed_id] = (when, pl.concat([earlier.filter(~there), half]).sort("date", maintain_order=True))
    city.must_raise(f"{month} restated", "G09a", "high", feed_id=feed_id)


def _mean_revision(city: MadeCity, feed_id: str) -> float:
    month = pl.col("date").str.slice(0, 7).alias("month")
    first = city.earlier[feed_id][1].group_by(month).agg(pl.len().alias("first"))
    both = city.tables[feed_id].group_by(month).agg(pl.len().alias("latest")).join(first, on="month")
    return float(both.select(((pl.col("latest") - pl.col("first")).abs() / pl.col("first")).mean()).item())


def month_out_of_line(city: MadeCity, code: str, year: int, month: int, times: int) -> None:
    """One month holds several times what it should, in every feed that knows the records."""
    feeds, indicators = SERIES[code]
    for feed_id in feeds:
        rows = city.tables[feed_id].filter(in_months([month_of(year, month)]) & (pl.col("code") == code))
        repeated(city, feed_id, rows, times - 1)
    for indicator_id in indicators:
        city.must_raise(f"{month_of(year, month)} times {times}", "G09d", "high", indicator_id=indicator_id)


def level_shift(city: MadeCity, code: str, since: str, factor: float) -> None:
    """From a day on there are many more, or many fewer, and nobody says why."""
    feeds, indicators = SERIES[code]
    for feed_id in feeds:
        rows = (pl.col("date") >= since) & (pl.col("code") == code)
        if factor > 1:
            repeated(city, feed_id, city.tables[feed_id].filter(rows), round(factor) - 1)
        else:
            lost = chosen(city.tables[feed_id], 1 - factor, city.seed, ["code", "district"])
            city.tables[feed_id] = city.tables[feed_id].filter(~(rows & lost))
    for indicator_id in indicators:
        city.must_raise(
            f"level times {factor} since {since}", "G16", "high", indicator_id=indicator_id, dimension="suspected"
        )
