"""The areas of a city as the warehouse will see them: boundaries of the version in force, each with its level, its parent and the feed that drew it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl
import shapely

from sga_pipeline.contracts.assessment import CityPlan, FeedPlan
from sga_pipeline.home import Home


@dataclass(frozen=True)
class Area:
    """One area; without a polygon where no feed draws it."""

    area_id: str
    level: str
    parent_id: str | None
    feed_id: str
    polygon: shapely.Geometry | None


def drawn_areas(city: CityPlan, home: Home) -> list[Area]:
    """Every area once, in the order of the codes."""
    fixed = {one.area_id: one for one in city.city.areas}
    feeds = sorted(
        (one for one in city.feeds if one.shape.id == "areas" and one.boundary_version == city.city.boundary_version),
        key=lambda one: one.id,
    )
    rows: dict[str, tuple[str, str, str | None, str]] = {}
    for feed_id, (area_id, level, parent_id, text) in ((plan.id, row) for plan in feeds for row in _rows(plan, home)):
        if area_id in fixed:
            # An area that the contract fixes keeps its place in the hierarchy, whatever a feed says.
            level, parent_id = fixed[area_id].level, fixed[area_id].parent_id
        # Of an area that two feeds draw, the warehouse keeps the greater text; so does this.
        if area_id not in rows or rows[area_id][3] < (text or ""):
            rows[area_id] = (feed_id, level, parent_id, text or "")
    return [
        Area(area_id, level, parent_id, feed_id, _polygon(text))
        for area_id, (feed_id, level, parent_id, text) in sorted(rows.items())
    ]


def _rows(plan: FeedPlan, home: Home) -> Iterator[tuple[str, str, str | None, str | None]]:
    folder = home.conformed / "areas" / f"city_id={plan.city.id}" / f"feed_id={plan.id}"
    for file in sorted(folder.glob("*.parquet")):
        columns = ["area_id", "level", "parent_id", "geometry"]
        yield from pl.read_parquet(file, columns=columns, hive_partitioning=False).select(columns).iter_rows()


def _polygon(text: str) -> shapely.Geometry | None:
    """Corners are kept to a centimetre, which may let a ring touch itself that did not before."""
    if not text:
        return None
    found = shapely.from_wkt(text)
    return found if found.is_valid else shapely.make_valid(found)
