"""Areas found from points: reads the city's conformed boundaries and says for each row which of them its point lies in."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import polars as pl
import shapely
from pyproj import Transformer

from sga_pipeline.conform.point_grid import Floats, Grid
from sga_pipeline.contracts.assessment import FeedPlan
from sga_pipeline.contracts.places import Point
from sga_pipeline.errors import DeliveryError
from sga_pipeline.home import Home

X, Y = "_x", "_y"
DEGREES = "EPSG:4326"


@dataclass(frozen=True)
class PlaceFinder:
    """The areas a feed's points are looked up in, smallest code first: on a shared border that one is taken."""

    point: Point
    codes: tuple[str, ...]
    boundaries: tuple[str, ...]

    @property
    def fingerprint(self) -> str:
        """Changes when a boundary or a code does, so that rows are placed anew."""
        text = "\n".join(f"{code}\t{boundary}" for code, boundary in zip(self.codes, self.boundaries, strict=True))
        return hashlib.sha256(text.encode()).hexdigest()

    def place(self, chunk: pl.DataFrame) -> pl.DataFrame:
        """Fill `area_id` from the point; null where it lies in no area."""
        found = self._grid.find(*self._to_degrees(chunk[X].to_numpy(), chunk[Y].to_numpy()))
        codes = pl.Series([*self.codes, None], dtype=pl.String)
        # The last one stands for none: what is nowhere counts from the end.
        return chunk.with_columns(codes.gather(np.where(found < 0, len(self.codes), found)).alias("area_id"))

    def expect_boundaries(self) -> None:
        if not self.codes:
            raise DeliveryError(
                "there are no boundaries to place its points in",
                "See what became of the feed of areas; rows are placed as soon as it is in use.",
                self.point.areas,
            )

    @cached_property
    def _grid(self) -> Grid:
        return Grid(list(shapely.from_wkt(self.boundaries)))

    @cached_property
    def _to_degrees(self) -> Callable[[Floats, Floats], tuple[Floats, Floats]]:
        if self.point.crs == DEGREES:
            return lambda xs, ys: (xs, ys)
        change = Transformer.from_crs(self.point.crs, DEGREES, always_xy=True)

        def to_degrees(xs: Floats, ys: Floats) -> tuple[Floats, Floats]:
            # Points that cannot be projected come back as infinite, and lie nowhere.
            there = change.transform(xs, ys)
            return np.asarray(there[0], dtype=np.float64), np.asarray(there[1], dtype=np.float64)

        return to_degrees


def place_finder(plan: FeedPlan, home: Home) -> PlaceFinder | None:
    """What places a feed's rows, or None where the source says the area itself."""
    if plan.point is None:
        return None
    folder = home.conformed / "areas" / f"city_id={plan.city.id}" / f"feed_id={plan.point.areas}"
    found: list[tuple[str, str]] = sorted(
        {row for file in sorted(folder.glob("*.parquet")) for row in _areas(file, plan.point)}
    )
    return PlaceFinder(plan.point, tuple(code for code, _ in found), tuple(boundary for _, boundary in found))


def _areas(file: Path, point: Point) -> list[tuple[str, str]]:
    areas = pl.read_parquet(file, columns=["area_id", "level", "geometry"], hive_partitioning=False)
    areas = areas.filter(pl.col("geometry").is_not_null())
    if point.level:
        areas = areas.filter(pl.col("level") == point.level)
    return list(areas.select("area_id", "geometry").iter_rows())
