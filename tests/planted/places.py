"""Where a made-up city lies: its districts as rectangles side by side, and how many people of which sex and age live there."""

from __future__ import annotations

import math

import numpy as np
import polars as pl

from tests.planted.model import District, Table

FIRST_YEAR, LAST_YEAR = 2021, 2024
# Some weeks after the last year, with every delivery in time.
AS_OF = "2025-01-25"
GROWTH = 1.004
BANDS = ["Y0", "Y1T4", *[f"Y{low}T{low + 4}" for low in range(5, 85, 5)], "Y_GE85"]
# Fewer people with age, as most cities have it; the shares add up to one.
_WEIGHTS = np.array([0.8, 3.2, *np.linspace(4.6, 1.2, 16), 0.6])
SHARES = _WEIGHTS / _WEIGHTS.sum()
GROUPS = {"ethnicity": {"river": 0.7, "hill": 0.3}, "disability": {"no": 0.9, "yes": 0.1}}
NAMES = ("North", "South", "East", "West", "Centre", "Harbour")


def districts(seed: int, people: tuple[int, int]) -> list[District]:
    """Four to six districts, each with as many people as said, somewhere between the tropics."""
    draw = np.random.default_rng([seed, 1])
    number = 4 + seed % 3
    west, south = round(-75 + float(draw.uniform(-8, 8)), 2), round(float(draw.uniform(-14, 14)), 2)
    side = 0.06
    height = side * 111.0
    return [
        District(
            f"d{place + 1}",
            NAMES[place],
            round(west + side * (place % 3), 4),
            round(south + side * (place // 3), 4),
            side,
            round(height * height * math.cos(math.radians(south)), 3),
            int(draw.integers(*people)),
        )
        for place in range(number)
    ]


def ring(district: District) -> list[list[float]]:
    west, south, east, north = (
        district.west,
        district.south,
        district.west + district.side,
        district.south + district.side,
    )
    return [
        [round(x, 5), round(y, 5)]
        for x, y in [(west, south), (east, south), (east, north), (west, north), (west, south)]
    ]


def boundary_table(places: list[District]) -> Table:
    return pl.DataFrame(
        [{"code": one.area_id, "name": one.name, "km2": one.km2, "ring": ring(one)} for one in places],
        schema={"code": pl.String, "name": pl.String, "km2": pl.Float64, "ring": pl.Object},
    )


def population_table(places: list[District]) -> Table:
    """Residents by district, year, sex and five-year age; and each other group as a whole."""
    rows: list[dict[str, object]] = []
    for one in places:
        for year in range(FIRST_YEAR, LAST_YEAR + 1):
            cells = rounded(
                one.residents * GROWTH ** (year - FIRST_YEAR) * np.concatenate([SHARES * 0.51, SHARES * 0.49])
            )
            keys = [(sex, band) for sex in ("F", "M") for band in BANDS]
            base = {"district": one.area_id, "year": year, "dim": "", "code": ""}
            rows += [
                base | {"sex": sex, "age": band, "persons": int(n)} for (sex, band), n in zip(keys, cells, strict=True)
            ]
            for dimension, groups in GROUPS.items():
                parts = rounded(np.array(list(groups.values())) * cells.sum())
                rows += [
                    base | {"sex": "_T", "age": "_T", "dim": dimension, "code": code, "persons": int(n)}
                    for code, n in zip(groups, parts, strict=True)
                ]
    return pl.DataFrame(rows).with_columns(source_year=pl.col("year"))


def rounded(parts: np.ndarray) -> np.ndarray:
    """Whole people that add up to the rounded total."""
    edges = np.rint(np.concatenate([[0], np.cumsum(parts)]))
    whole: np.ndarray = np.diff(edges).astype(int)
    return whole


def residents_of(population: Table) -> dict[tuple[str, int], int]:
    """People by area and year; `C` is the city."""
    counted = population.filter(pl.col("dim") == "").group_by("district", "year").agg(pl.col("persons").sum())
    found = {(str(area), int(year)): int(n) for area, year, n in counted.iter_rows()}
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        found["C", year] = sum(n for (area, when), n in found.items() if when == year and area != "C")
    return found
