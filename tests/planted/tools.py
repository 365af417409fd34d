"""What planters do to tables: take rows out, repeat them, and touch an exact share of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from tests.planted.model import MadeCity, Table

KEYS = {"incidents": "number", "victims": "victim", "case_files": "victim", "deaths": "death"}
# Columns in which records of one kind are alike, so that a share holds in each kind.
KINDS = {"incidents": ["code"], "victims": ["code", "weapon"], "case_files": ["code", "weapon"], "deaths": ["cause"]}


def chosen(table: Table, share: float, seed: int, within: Sequence[str] = ()) -> pl.Series:
    """A mask of this share of the rows, exact in every year (and in every kind) up to one row."""
    draw = np.random.default_rng([seed, 5])
    keyed = table.select(*within, pl.col("date").str.slice(0, 4).alias("_year")).with_columns(
        _order=pl.Series(draw.permutation(table.height))
    )
    place = pl.col("_order").rank("ordinal").over("_year", *within)
    return keyed.select((place <= (pl.len().over("_year", *within) * share).round()).alias("mask"))["mask"]


def worst_share(table: Table, bad: Table) -> float:
    """The share of bad rows in all of them or in the worst year, of years with a hundred rows and five bad ones or more."""
    whole = bad.height / table.height
    column = next((one for one in ("date", "period", "year") if one in table.columns), None)
    if column is None:
        return whole

    def by_year(rows: Table) -> dict[str, int]:
        years = rows.get_column(column).cast(pl.String).str.slice(0, 4)
        return dict(years.value_counts().iter_rows())

    of_year = by_year(table)
    return max(
        [whole, *(n / of_year[year] for year, n in by_year(bad).items() if n >= 5 and of_year.get(year, 0) >= 100)]
    )


def repeated(city: MadeCity, feed_id: str, rows: Table, times: int) -> None:
    """Add the rows again under new numbers."""
    key, table = KEYS[feed_id], city.tables[feed_id]
    for _ in range(times):
        first = int(table[key].cast(pl.Int64).max() or 0) + 1  # type: ignore[arg-type]
        numbered = rows.with_columns(pl.int_range(first, first + rows.height).cast(table.schema[key]).alias(key))
        table = pl.concat([table, numbered])
    city.tables[feed_id] = table


def appended(city: MadeCity, feed_id: str, rows: Table) -> None:
    city.tables[feed_id] = pl.concat([city.tables[feed_id], rows])


def as_text(city: MadeCity, feed_id: str, *columns: str) -> None:
    """Let columns hold what is no number."""
    city.tables[feed_id] = city.tables[feed_id].with_columns(pl.col(one).cast(pl.String) for one in columns)


def month_of(year: int, month: int) -> str:
    return f"{year}-{month:02d}"


def in_months(months: Sequence[str]) -> pl.Expr:
    return pl.col("date").str.slice(0, 7).is_in(list(months))


def by_period(city: MadeCity, feed_id: str, freq: str, day: str = "date") -> list[str]:
    """The feed's one file becomes a file for each period; gives the periods of the window."""
    contract, text = city.feeds[feed_id], pl.col(day).str
    year, month = text.slice(0, 4), text.slice(5, 2).cast(pl.Int32)
    name = {"A": year, "M": text.slice(0, 7), "Q": year + "-Q" + ((month + 2) // 3).cast(pl.String)}[freq]
    city.tables[feed_id] = city.tables[feed_id].with_columns(name.alias("_file"))
    periods = sorted(city.tables[feed_id]["_file"].unique())
    contract["source"] = {
        "connector": "file",
        "address": f"{feed_id}/{feed_id}_{{period}}.csv",
        "periods": {"freq": freq, "first": periods[0]},
    }
    contract["cadence"] = {"A": "annual", "Q": "quarterly", "M": "monthly"}[freq]
    contract["coverage"] = {key: value for key, value in contract["coverage"].items() if key == "codes"}
    contract["replaces"] = "period"
    return periods


def longest_run(periods: Sequence[str], missing: set[str]) -> int:
    longest = run = 0
    for one in periods:
        run = run + 1 if one in missing else 0
        longest = max(longest, run)
    return longest


def days_between(earlier: str, later: str) -> int:
    return (date.fromisoformat(later) - date.fromisoformat(earlier)).days


def of(indicator_id: str, area: str | None = None) -> pl.Expr:
    """Rows of reported figures: of the city `C`, the country `XX`, or `d` for all districts."""
    rows = pl.col("indicator") == indicator_id
    if area == "d":
        return rows & pl.col("area").str.starts_with("d")
    return rows if area is None else rows & (pl.col("area") == area)


def without(city: MadeCity, feed_id: str, rows: pl.Expr) -> None:
    before = city.tables[feed_id].height
    city.tables[feed_id] = city.tables[feed_id].filter(~rows)
    assert city.tables[feed_id].height < before, f"nothing to take out of {feed_id} of {city.id}"


def ignore(contract: dict[str, Any], column: str) -> None:
    contract["ignore"] = [*contract.get("ignore", []), column]
