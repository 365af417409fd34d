"""Defects of single records: places, codes, broken and doubled rows, districts that fall silent."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from tests.planted.grading import grade
from tests.planted.model import MadeCity
from tests.planted.tools import KEYS, KINDS, appended, as_text, chosen, in_months, worst_share


def unlocated(city: MadeCity, share: float, how: str) -> None:
    """A share of the offences has no place, or one that cannot be."""
    table = city.tables["incidents"]
    lost = chosen(table, share, city.seed)
    lat, lon = {
        "blank": (pl.lit(None), pl.lit(None)),
        "null island": (pl.lit(0.0), pl.lit(0.0)),
        "swapped": (pl.col("lon"), pl.col("lat")),
        "outside": (pl.col("lat") + 5, pl.col("lon") - 3),
    }[how]
    city.tables["incidents"] = table.with_columns(
        lat=pl.when(lost).then(lat).otherwise(pl.col("lat")), lon=pl.when(lost).then(lon).otherwise(pl.col("lon"))
    )
    _graded(city, f"{share:.0%} {how}", "G07", grade("located", 1 - share), feed_id="incidents", dimension="located")


def piled(city: MadeCity, share: float) -> None:
    """A share of the offences lies on the doorstep of the station."""
    table = city.tables["incidents"]
    there = chosen(table, share, city.seed)
    station = city.districts[0]
    lat, lon = round(station.south + station.side / 2, 5), round(station.west + station.side / 2, 5)
    city.tables["incidents"] = table.with_columns(
        lat=pl.when(there).then(lat).otherwise(pl.col("lat")), lon=pl.when(there).then(lon).otherwise(pl.col("lon"))
    )
    _graded(city, f"{share:.0%} on one point", "G07", grade("pile", share), feed_id="incidents", dimension="pile")


def unmapped(city: MadeCity, feed_id: str, share: float) -> None:
    table = city.tables[feed_id]
    strange = chosen(table, share, city.seed + 1, KINDS[feed_id])
    city.tables[feed_id] = table.with_columns(code=pl.when(strange).then(pl.lit("ZZ9")).otherwise(pl.col("code")))
    _graded(
        city, f"{share:.1%} without a mapping", "G08c", grade("G08c", 1 - share), feed_id=feed_id, dimension="iccs_code"
    )


# Values of columns that a row can do without.
OPTIONAL = ("hour 77", "age 999", "latitude 123", "sex X")


def broken(city: MadeCity, feed_id: str, share: float, how: str) -> None:
    """Further rows that no rule lets through, or values in rows that stay without them."""
    column, value = {
        "no such day": ("date", "2023-02-30"),
        "hour 77": ("hour", "77"),
        "age 999": ("age", "999"),
        "latitude 123": ("lat", "123.4"),
        "sex X": ("sex", "X"),
        "no such cause": ("cause", "??"),
        "registered before": ("registered", "2019-01-01"),
        "no such period": ("period", "20X4"),
        "no number": ("value", "n/a"),
        "minus people": ("persons", "-4"),
    }[how]
    as_text(city, feed_id, column)
    table = city.tables[feed_id]
    if how in OPTIONAL:
        number = max(1, round(table.height * share))
        spoilt = pl.int_range(pl.len()).shuffle(seed=city.seed) < number
        city.tables[feed_id] = table.with_columns(
            pl.when(spoilt).then(pl.lit(value)).otherwise(pl.col(column)).alias(column)
        )
        _graded(city, f"{share:.1%} {how}", "G10a", grade("G10a", number / table.height), feed_id=feed_id)
        return
    number = max(1, round(table.height * share / (1 - share)))
    rows = table.sample(number, seed=city.seed).with_columns(pl.lit(value).alias(column))
    if feed_id in KEYS:
        key = KEYS[feed_id]
        rows = rows.with_columns((pl.int_range(rows.height) + 5_000_000).cast(table.schema[key]).alias(key))
    else:
        # Rows of their own, so that they double none.
        rows = rows.with_columns(pl.lit("Y_GE85" if feed_id == "residents" else "_T").alias("age"))
    appended(city, feed_id, rows)
    # A row without a day or a period is of no year.
    dated = column not in ("date", "period")
    whole = city.tables[feed_id]
    found = grade("G10a", worst_share(whole, rows) if dated else number / whole.height)
    _graded(city, f"{share:.1%} {how}", "G10a", found, feed_id=feed_id)
    if feed_id == "statistics" and found in ("medium", "high"):
        # Whatever has this source alone has one that breaks its own rules.
        city.planted = [replace(one, severity="high") if one.gap_code == "G22" else one for one in city.planted]


def doubled(city: MadeCity, feed_id: str, share: float) -> None:
    """Rows that come twice, to the letter."""
    table = city.tables[feed_id]
    number = max(1, round(table.height * share / (1 - share)))
    rows = table.sample(number, seed=city.seed + 2)
    appended(city, feed_id, rows)
    found = grade("G20", worst_share(city.tables[feed_id], rows))
    _graded(city, f"{share:.1%} doubled", "G20", found, feed_id=feed_id)


def silent(city: MadeCity, feed_id: str, district: int, months: list[str]) -> None:
    """A district sends nothing for some months, and the file is said to be complete."""
    area = city.districts[district].area_id
    table = city.tables[feed_id]
    city.tables[feed_id] = table.filter(~(in_months(months) & (pl.col("district") == area)))
    city.must_raise(f"{area} silent for {len(months)} months", "G17", "high", feed_id=feed_id, area_id=area)


def not_declared_complete(city: MadeCity, feed_id: str, keep: float) -> None:
    """Few records, and nobody says that they are all: an empty month of a district may be zero or missing."""
    contract, table = city.feeds[feed_id], city.tables[feed_id]
    contract["coverage"] = contract["coverage"] | {"complete": False}
    table = table.filter(chosen(table, keep, city.seed + 3))
    city.tables[feed_id] = table
    there = table.select("district", pl.col("date").str.slice(0, 7).alias("month")).unique()
    by_year = dict(there.get_column("month").str.slice(0, 4).value_counts().iter_rows())
    # The worst year decides.
    least = min(by_year.get(str(year), 0) for year in city.years) / (len(city.districts) * 12)
    _graded(city, "not declared complete", "G17", grade("G17 ambiguous", 1 - least), feed_id=feed_id)


def _graded(city: MadeCity, defect: str, code: str, severity: str | None, **scope: str) -> None:
    if severity:
        city.must_raise(defect, code, severity, **scope)
    else:
        city.must_not_raise(defect, code, "low", **scope)
