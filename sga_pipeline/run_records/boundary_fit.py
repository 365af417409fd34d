"""How boundaries fit each other: ground that lies in two areas of a level, and what the areas of a parent leave out of it or add to it, in square kilometres."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

import numpy as np
import shapely

from sga_pipeline.contracts.assessment import CityPlan
from sga_pipeline.home import Home
from sga_pipeline.run_records.drawn_areas import Area, drawn_areas
from sga_pipeline.run_records.polygon_ground import Polygons, ground_of, km2, once_and_twice

Made = tuple[str, dict[str, Any]]
# A city and its parts are filled by what lies in them. A county may also be a metropolitan area, and a country is more than its cities.
PARTED, PARTS = ("city", "district", "neighbourhood"), ("district", "neighbourhood")
# An area has some six neighbours. Where many areas share one ground, not every pair need be named.
NEIGHBOURS = 20


def boundary_fit(city: CityPlan, home: Home) -> Iterator[Made]:
    """Rows of the run records with the name of their table."""
    for table, row in fit_of_areas(drawn_areas(city, home)):
        yield table, {"city_id": city.id, **row}


def fit_of_areas(areas: Sequence[Area]) -> Iterator[Made]:
    """Areas of one level compared with each other, then parents with their children."""
    parts = sorted((one for one in areas if one.level in PARTS), key=lambda one: (one.level, one.area_id))
    for level, members in groupby(parts, key=lambda one: one.level):
        yield from _overlaps(level, [one for one in members if one.polygon is not None])
    parents = {one.area_id: one.polygon for one in areas if one.level in PARTED and one.polygon is not None}
    families: dict[tuple[str, str], list[Area]] = {}
    for one in parts:
        if one.parent_id in parents:
            families.setdefault((one.parent_id, one.level), []).append(one)
    for (parent_id, level), children in sorted(families.items()):
        yield from _fits(parent_id, parents[parent_id], level, children)


def _overlaps(level: str, areas: Sequence[Area]) -> Iterator[Made]:
    """The ground of a level, how much of it lies in more than one area, and each pair that shares some."""
    if not areas:
        return
    polygons = np.array([one.polygon for one in areas], dtype=object)
    ground, doubled = once_and_twice(polygons)
    yield (
        "level_grounds",
        {
            "feed_id": _mostly_from(areas),
            "level": level,
            "areas_n": len(areas),
            "ground_km2": km2(ground),
            "doubled_km2": km2(doubled),
        },
    )
    sizes = [km2(one) for one in polygons]
    for first, second, shared_km2 in _pairs(polygons):
        yield (
            "area_overlaps",
            {
                "level": level,
                "area_id": areas[first].area_id,
                "other_id": areas[second].area_id,
                "shared_km2": shared_km2,
                "area_km2": sizes[first],
                "other_km2": sizes[second],
            },
        )


def _pairs(polygons: Polygons) -> Iterator[tuple[int, int, float]]:
    """Places of two polygons that share ground, each pair once and in order, and how much they share."""
    first, second = shapely.STRtree(polygons).query(polygons)
    near = np.unique(np.stack([first, second], axis=1)[first < second], axis=0)[: NEIGHBOURS * len(polygons)]
    shared = shapely.intersection(polygons[near[:, 0]], polygons[near[:, 1]])
    with_ground = shapely.area(shared) > 0
    for (one, other), found in zip(near[with_ground].tolist(), shared[with_ground], strict=True):
        if (shared_km2 := km2(ground_of(found))) > 0:
            yield one, other, shared_km2


def _fits(parent_id: str, whole: shapely.Geometry, level: str, children: Sequence[Area]) -> Iterator[Made]:
    """A parent compared with its children of one level, those without a boundary counted too."""
    drawn = [one for one in children if one.polygon is not None]
    if not drawn:
        return
    ground = shapely.union_all([one.polygon for one in drawn])
    yield (
        "area_fits",
        {
            "feed_id": _mostly_from(drawn),
            "area_id": parent_id,
            "level": level,
            "children_n": len(children),
            "drawn_n": len(drawn),
            "area_km2": km2(whole),
            "children_km2": km2(ground),
            "left_out_km2": km2(ground_of(shapely.difference(whole, ground))),
            "beyond_km2": km2(ground_of(shapely.difference(ground, whole))),
        },
    )


def _mostly_from(areas: Iterable[Area]) -> str:
    """The feed that is asked: the one that draws most of the areas, and of two that draw as many the first by name."""
    drawn = Counter(one.feed_id for one in areas)
    return min(drawn, key=lambda feed_id: (-drawn[feed_id], feed_id))
