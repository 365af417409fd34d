"""Records of a made-up city: the police's offences with places, victims by two offices, and deaths by assault."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from tests.planted.model import District, Table
from tests.planted.places import FIRST_YEAR, LAST_YEAR

MONTHS = [date(year, month, 1) for year in range(FIRST_YEAR, LAST_YEAR + 1) for month in range(1, 13)]
# Offences of a month in a district of 40,000: local code, ICCS, weapon, how many.
OFFENCES = [
    ("VEH", "050211", "none", 14.0),
    ("RBF", "0401", "firearm", 7.0),
    ("RBO", "0401", "none", 7.0),
    ("BUR", "0501", "none", 13.0),
    ("THE", "0502", "none", 11.0),
]
# Victims of a month in a district of 40,000: local code, ICCS, share harmed with a firearm, how many.
HARMS = [("HOM", "0101", 0.7, 3.6), ("ASL", "020111", 0.45, 10.0), ("SEX", "0301", 0.42, 7.0)]


def drawn(draw: np.random.Generator, districts: list[District], kinds: list[tuple[str, float]]) -> Table:
    """A row for each record: day, local code, district and its place in the list; a mild season, and chance."""
    season = np.array([1 + 0.08 * np.cos(2 * np.pi * (month.month - 1) / 12) for month in MONTHS])
    people = np.array([one.residents / 40_000 for one in districts])
    monthly = np.array([each for _, each in kinds])
    numbers = draw.poisson(people[:, None, None] * monthly[None, :, None] * season[None, None, :])
    where, what, when = (np.repeat(one.ravel(), numbers.ravel()) for one in np.indices(numbers.shape))
    table = pl.DataFrame(
        {
            "date": np.array([f"{month:%Y-%m}-" for month in MONTHS])[when],
            "day": draw.integers(1, 29, when.size),
            "code": np.array([code for code, _ in kinds])[what],
            "what": what,
            "where": where,
            "district": np.array([one.area_id for one in districts])[where],
        }
    )
    return table.with_columns(date=pl.col("date") + pl.col("day").cast(pl.String).str.zfill(2)).drop("day")


def events_table(seed: int, districts: list[District]) -> Table:
    draw = np.random.default_rng([seed, 2])
    table = drawn(draw, districts, [(code, monthly) for code, _, _, monthly in OFFENCES])
    inside = draw.uniform(0.04, 0.96, (table.height, 2)) * districts[0].side
    where = table["where"].to_numpy()
    south, west = np.array([one.south for one in districts]), np.array([one.west for one in districts])
    table = table.select(
        "date",
        pl.Series("hour", draw.integers(0, 24, table.height)),
        "code",
        "district",
        pl.Series("lat", (south[where] + inside[:, 0]).round(5)),
        pl.Series("lon", (west[where] + inside[:, 1]).round(5)),
    )
    return table.sort("date", maintain_order=True).with_row_index("number", offset=1)


def victims_table(seed: int, districts: list[District]) -> Table:
    draw = np.random.default_rng([seed, 3])
    table = drawn(draw, districts, [(code, monthly) for code, _, _, monthly in HARMS])
    number, what = table.height, table["what"].to_numpy()
    women = np.array([0.85 if code == "SEX" else 0.35 for code, _, _, _ in HARMS])[what]
    armed = np.array([share for _, _, share, _ in HARMS])[what]
    table = table.select(
        "date",
        "code",
        "district",
        pl.Series("sex", np.where(draw.random(number) < women, "F", "M")),
        pl.Series("age", np.clip(draw.gamma(5, 6.5, number), 1, 95).astype(int)),
        pl.Series("weapon", np.where(draw.random(number) < armed, "firearm", "knife")),
        pl.Series("place", draw.choice(["street", "home", "commercial"], number)),
        pl.Series("ethnicity", np.where(draw.random(number) < 0.7, "river", "hill")),
        pl.Series("disability", np.where(draw.random(number) < 0.12, "yes", "no")),
    )
    return table.sort("date", maintain_order=True).with_row_index("victim", offset=1)


def some_of(table: Table, share: float, seed: int) -> Table:
    """About this share of the rows, in their order."""
    return table.filter(pl.Series(np.random.default_rng([seed, 4]).random(table.height) < share))


def deaths_table(victims: Table, seed: int) -> Table:
    """Nearly every homicide of the police has a death certificate."""
    killed = some_of(victims.filter(pl.col("code") == "HOM"), 0.985, seed)
    return killed.select(
        pl.int_range(1, pl.len() + 1).alias("death"),
        "date",
        pl.col("date").str.to_date().dt.offset_by("3d").cast(pl.String).alias("registered"),
        # By firearm, by sharp object, and by means not stated.
        pl.when(pl.col("weapon") == "firearm")
        .then(pl.lit("X95"))
        .when(pl.col("victim") % 4 == 0)
        .then(pl.lit("Y09"))
        .otherwise(pl.lit("X99"))
        .alias("cause"),
        "district",
        "sex",
        "age",
    )
