"""Records of a made-up city: the police's offences with places, victims by two offices, and deaths by assault."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np
import polars as pl

from tests.planted.model import District, Table
from tests.planted.places import FIRST_YEAR, LAST_YEAR

MONTHS = [date(year, month, 1) for year in range(FIRST_YEAR, LAST_YEAR + 1) for month in range(1, 13)]
# Offences of a month in a district of 40,000: local code, ICCS, weapon, how many.
OFFENCES = [
    ("VEH", "050211", "none", 14.0), ("RBF", "0401", "firearm", 7.0), ("RBO", "0401", "none", 7.0),
    ("BUR", "0501", "none", 13.0), ("THE", "0502", "none", 11.0),
]  # fmt: skip
# Victims of a month in a district of 40,000: local code, ICCS, share harmed with a firearm, how many.
HARMS = [("HOM", "0101", 0.7, 3.6), ("ASL", "020111", 0.45, 10.0), ("SEX", "0301", 0.42, 7.0)]


def months_of(draw: np.random.Generator, district: District, monthly: float) -> Iterator[tuple[date, int]]:
    """How many there were in each month: a mild season and chance."""
    for month in MONTHS:
        season = 1 + 0.08 * np.cos(2 * np.pi * (month.month - 1) / 12)
        yield month, int(draw.poisson(monthly * season * district.residents / 40_000))


def days(draw: np.random.Generator, month: date, number: int) -> list[str]:
    return [f"{month:%Y-%m}-{day:02d}" for day in np.sort(draw.integers(1, 29, number))]  # every month has 28 days


def events_table(seed: int, districts: list[District]) -> Table:
    draw = np.random.default_rng([seed, 2])
    parts = []
    for district in districts:
        for code, _iccs, _weapon, monthly in OFFENCES:
            for month, number in months_of(draw, district, monthly):
                if number == 0:
                    continue
                inside = draw.uniform(0.04, 0.96, (number, 2)) * district.side
                parts.append(
                    pl.DataFrame({
                        "date": days(draw, month, number), "hour": draw.integers(0, 24, number), "code": [code] * number,
                        "district": [district.area_id] * number,
                        "lat": (district.south + inside[:, 0]).round(5), "lon": (district.west + inside[:, 1]).round(5),
                    })
                )  # fmt: skip
    return pl.concat(parts).sort("date", maintain_order=True).with_row_index("number", offset=1)


def victims_table(seed: int, districts: list[District]) -> Table:
    draw = np.random.default_rng([seed, 3])
    parts = []
    for district in districts:
        for code, _iccs, armed, monthly in HARMS:
            for month, number in months_of(draw, district, monthly):
                if number == 0:
                    continue
                women = 0.85 if code == "SEX" else 0.35
                parts.append(
                    pl.DataFrame({
                        "date": days(draw, month, number), "code": [code] * number, "district": [district.area_id] * number,
                        "sex": np.where(draw.random(number) < women, "F", "M"), "age": np.clip(draw.gamma(5, 6.5, number), 1, 95).astype(int),
                        "weapon": np.where(draw.random(number) < armed, "firearm", "knife"),
                        "place": draw.choice(["street", "home", "commercial"], number),
                        "ethnicity": np.where(draw.random(number) < 0.7, "river", "hill"),
                        "disability": np.where(draw.random(number) < 0.12, "yes", "no"),
                    })
                )  # fmt: skip
    return pl.concat(parts).sort("date", maintain_order=True).with_row_index("victim", offset=1)


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
        pl.when(pl.col("weapon") == "firearm").then(pl.lit("X95")).otherwise(pl.lit("X99")).alias("cause"),
        "district", "sex", "age",
    )  # fmt: skip
