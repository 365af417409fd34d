"""What feeds of one city must satisfy together where they speak of places: known code systems, areas that exist, one version."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pyproj import CRS
from pyproj.exceptions import CRSError

from sga_pipeline.contracts.city import City
from sga_pipeline.contracts.crosswalks import Crosswalk
from sga_pipeline.contracts.feed import Feed
from sga_pipeline.contracts.places import OWN_CODES, FromPoint
from sga_pipeline.contracts.shape import Shape
from sga_pipeline.contracts.yaml_reader import Document
from sga_pipeline.errors import Problem

# Amounts that may be added up where areas were merged, and shared out where one was split.
ADDITIVE = {"population": "persons", "crime_counts": "count", "health_counts": "count"}


def additive(shape: Shape) -> str | None:
    """The column of a shape that counts something, so that the whole is the sum of its parts."""
    return ADDITIVE.get(shape.id)


def check_codes(feed: Feed, shape: Shape, crosswalks: Mapping[str, Crosswalk], document: Document) -> list[Problem]:
    """Problems of the system of codes a feed names."""

    def at(message: str, step: str, value: str) -> Problem:
        return Problem(message, step, value, document.file, document.line_of(("area_codes",)))

    if feed.area_codes == OWN_CODES:
        return []
    crosswalk = crosswalks.get(feed.area_codes)
    if crosswalk is None:
        step = f"Use one of {sorted(crosswalks)}, declare it under code_systems in city.yaml, or leave area_codes out."
        return [at("the city has no such code system", step, feed.area_codes)]
    if shape.id == "areas" or "area_id" not in feed.columns:
        return [at("nothing here is translated by a code system", "Leave area_codes out.", feed.area_codes)]
    if isinstance(feed.columns["area_id"], FromPoint):
        return [
            at("an area found from a point has the city's own code already", "Leave area_codes out.", feed.area_codes)
        ]
    problems = []
    if crosswalk.splits and not additive(shape):
        step = f"Use the system for counts alone, or ask for {feed.shape} on the city's own boundaries."
        problems.append(
            at(
                f"what was not counted cannot be shared out between areas: {crosswalk.splits[0]} is split",
                step,
                feed.area_codes,
            )
        )
    if crosswalk.merges and "area_id" in shape.key and not additive(shape):
        step = f"Figures of {feed.shape} cannot be added up; ask for them on the city's own boundaries."
        problems.append(at(f"several codes lead to {crosswalk.merges[0]}", step, feed.area_codes))
    return problems


def check_places(city: City, feeds: Mapping[str, tuple[Feed, Shape, Document]]) -> Iterator[Problem]:
    """Problems that show only when a city's feeds are seen together."""
    for feed, shape, document in feeds.values():
        if feed.boundaries and shape.id != "areas":
            yield Problem(
                "only a feed of areas brings boundaries",
                "Remove it; area_codes says what codes a feed uses.",
                feed.boundaries.version,
                document.file,
                document.line_of(("boundaries",)),
            )
        if (
            feed.boundaries
            and feed.boundaries.version != city.boundary_version
            and not (feed.boundaries.first or feed.boundaries.last)
        ):
            yield Problem(
                f"these are not the boundaries in force ({city.boundary_version}), and nothing says when they held",
                "Give first, last or both.",
                feed.boundaries.version,
                document.file,
                document.line_of(("boundaries",)),
            )
        yield from _overlapping(feed, feeds)
        mapped = feed.columns.get("area_id")
        if not isinstance(mapped, FromPoint):
            continue
        line = document.line_of(("columns", "area_id"))
        if shape.kind != "events":
            yield Problem(
                "only single events are placed by a point", "Map the area code.", feed.shape, document.file, line
            )
        areas = feeds.get(mapped.point.areas)
        if areas is None or areas[1].id != "areas":
            known = sorted(name for name, one in feeds.items() if one[1].id == "areas")
            yield Problem(
                "the city has no such feed of areas", f"Use one of {known}.", mapped.point.areas, document.file, line
            )
            continue
        version = areas[0].boundaries.version if areas[0].boundaries else city.boundary_version
        if version != city.boundary_version:
            yield Problem(
                f"these areas are of version {version}, the city's of {city.boundary_version}",
                "Place points in the areas in force.",
                mapped.point.areas,
                document.file,
                line,
            )
        try:
            CRS.from_user_input(mapped.point.crs)
        except CRSError:
            yield Problem(
                "unknown coordinate system", "Use its EPSG code, as EPSG:32614.", mapped.point.crs, document.file, line
            )
        if mapped.point.level and mapped.point.level not in areas[0].spatial_levels:
            yield Problem(
                "the feed of areas has no such level",
                f"Use one of {areas[0].spatial_levels}.",
                mapped.point.level,
                document.file,
                line,
            )


def _overlapping(feed: Feed, feeds: Mapping[str, tuple[Feed, Shape, Document]]) -> Iterator[Problem]:
    """Two versions of one level that hold on the same day."""
    own = feed.boundaries
    for other, _, _ in feeds.values():
        its = other.boundaries
        # Each pair is reported once, at the later of both.
        if (
            own is None
            or its is None
            or own.version <= its.version
            or not set(feed.spatial_levels) & set(other.spatial_levels)
        ):
            continue
        if (own.first or "") <= (its.last or "9999") and (its.first or "") <= (own.last or "9999"):
            document = feeds[feed.id][2]
            yield Problem(
                f"the versions {its.version} and {own.version} hold on the same days",
                f"Let one end before the other begins; see the feed {other.id}.",
                own.version,
                document.file,
                document.line_of(("boundaries",)),
            )
