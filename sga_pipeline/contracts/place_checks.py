"""What feeds of one city must satisfy together where they name places: known code systems, areas that exist, one version."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pyproj import CRS
from pyproj.exceptions import CRSError

from sga_pipeline.contracts.city import City
from sga_pipeline.contracts.crosswalks import Crosswalk
from sga_pipeline.contracts.feed import Constant, Feed
from sga_pipeline.contracts.places import OWN_CODES, FromPoint, Point
from sga_pipeline.contracts.shape import Shape
from sga_pipeline.contracts.yaml_reader import Document
from sga_pipeline.errors import Problem

# Feeds of a city by id, each with its shape and its file.
Feeds = Mapping[str, tuple[Feed, Shape, Document]]
# Amounts that may be added up where areas were merged, and shared out where one was split.
ADDITIVE = {"population": "persons", "crime_counts": "count", "health_counts": "count"}


def additive(shape: Shape) -> str | None:
    """The column of a shape that counts something, so that the whole is the sum of its parts."""
    return ADDITIVE.get(shape.id)


def check_codes(feed: Feed, shape: Shape, crosswalks: Mapping[str, Crosswalk], document: Document) -> list[Problem]:
    """Problems of the system of codes a feed names."""

    def at(message: str, step: str) -> list[Problem]:
        return [document.problem(message, step, feed.area_codes, "area_codes")]

    if feed.area_codes == OWN_CODES:
        return []
    crosswalk = crosswalks.get(feed.area_codes)
    if crosswalk is None:
        step = f"Use one of {sorted(crosswalks)}, declare it under code_systems in city.yaml, or leave area_codes out."
        return at("the city has no such code system", step)
    if shape.id == "areas" or "area_id" not in feed.columns:
        return at("nothing here is translated by a code system", "Leave area_codes out.")
    if isinstance(feed.columns["area_id"], FromPoint):
        return at("an area found from a point has the city's own code already", "Leave area_codes out.")
    problems = []
    if crosswalk.splits and not additive(shape):
        step = f"Use the system for counts alone, or ask for {feed.shape} on the city's own boundaries."
        problems += at(f"what was not counted cannot be shared out between areas: {crosswalk.splits[0]} is split", step)
    if crosswalk.merges and "area_id" in shape.key and not additive(shape):
        step = f"Figures of {feed.shape} cannot be added up; ask for them on the city's own boundaries."
        problems += at(f"several codes lead to {crosswalk.merges[0]}", step)
    return problems


def check_places(city: City, feeds: Feeds) -> Iterator[Problem]:
    """Problems that show only when a city's feeds are seen together."""
    for feed, shape, document in feeds.values():
        yield from _check_boundaries(feed, shape, document, city)
        yield from _check_overlaps(feed, document, feeds)
        yield from _check_named_areas(feed, shape, document, city, feeds)
        mapped = feed.columns.get("area_id")
        if isinstance(mapped, FromPoint):
            yield from _check_point(mapped.point, shape, document, city, feeds)


def _check_named_areas(feed: Feed, shape: Shape, document: Document, city: City, feeds: Feeds) -> Iterator[Problem]:
    """Areas and levels that a contract itself names. What a file of boundaries holds is known only once it has come."""
    level = feed.columns.get("level")
    if shape.id == "areas" and isinstance(level, Constant) and level.constant not in feed.spatial_levels:
        step = f"Use one of {feed.spatial_levels}, or add it to spatial_levels."
        yield document.problem("the feed has no such level", step, level.constant, "columns", "level")
    if any(one.id == "areas" for _, one, _ in feeds.values()):
        return
    known = [area.area_id for area in city.areas]
    area = feed.columns.get("area_id")
    named: list[tuple[str | None, *tuple[str, ...]]] = [(feed.extent, "extent")]
    named += [(area.constant, "columns", "area_id")] if isinstance(area, Constant) else []
    for code, *place in named:
        if code is not None and code not in known:
            step = f"Use one of {known}, or bring a feed of areas."
            yield document.problem("the city has no such area", step, code, *place)


def _check_boundaries(feed: Feed, shape: Shape, document: Document, city: City) -> Iterator[Problem]:
    own = feed.boundaries
    if own is None:
        return
    if shape.id != "areas":
        step = "Remove it; area_codes says what codes a feed uses."
        yield document.problem("only a feed of areas brings boundaries", step, own.version, "boundaries")
    if own.version != city.boundary_version and not (own.first or own.last):
        message = f"these are not the boundaries in force ({city.boundary_version}), and nothing says when they held"
        yield document.problem(message, "Give first, last or both.", own.version, "boundaries")


def _check_point(point: Point, shape: Shape, document: Document, city: City, feeds: Feeds) -> Iterator[Problem]:
    def at(message: str, step: str, value: str) -> Problem:
        return document.problem(message, step, value, "columns", "area_id")

    if shape.kind != "events":
        yield at("only single events are placed by a point", "Map the area code.", shape.id)
    if point.areas not in feeds or feeds[point.areas][1].id != "areas":
        known = sorted(name for name, one in feeds.items() if one[1].id == "areas")
        yield at("the city has no such feed of areas", f"Use one of {known}.", point.areas)
        return
    areas = feeds[point.areas][0]
    version = areas.boundaries.version if areas.boundaries else city.boundary_version
    if version != city.boundary_version:
        message = f"these areas are of version {version}, the city's of {city.boundary_version}"
        yield at(message, "Place points in the areas in force.", point.areas)
    try:
        CRS.from_user_input(point.crs)
    except CRSError:
        yield at("unknown coordinate system", "Use its EPSG code, as EPSG:32614.", point.crs)
    if point.level and point.level not in areas.spatial_levels:
        yield at("the feed of areas has no such level", f"Use one of {areas.spatial_levels}.", point.level)


def _check_overlaps(feed: Feed, document: Document, feeds: Feeds) -> Iterator[Problem]:
    """Two versions of one level that hold on the same day."""
    own = feed.boundaries
    for other, _, _ in feeds.values():
        its = other.boundaries
        # Each pair is reported once, at the later of both.
        if own is None or its is None or own.version <= its.version:
            continue
        same_level = set(feed.spatial_levels) & set(other.spatial_levels)
        if same_level and (own.first or "") <= (its.last or "9999") and (its.first or "") <= (own.last or "9999"):
            message = f"the versions {its.version} and {own.version} hold on the same days"
            step = f"Let one end before the other begins; see the feed {other.id}."
            yield document.problem(message, step, own.version, "boundaries")
