"""How a contract speaks of places: versions of boundaries, systems of area codes, and areas found from a point."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from sga_pipeline.contracts.strict_model import Code, Contract, Day, Identifier, Sentence

OWN_CODES = "the city's own"


class Boundaries(Contract):
    """Which version of the boundaries a feed of areas brings, and when it held."""

    version: Code
    first: Day | None = None
    last: Day | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Boundaries:
        if self.first and self.last and self.last < self.first:
            raise ValueError(f"the version ends [{self.last}] before it begins [{self.first}]")
        return self


class CodeSystem(Contract):
    """Area codes that are not the city's own: names, another office's numbers, or the codes of other boundaries."""

    # CSV beside city.yaml: from_code, to_code, and weight where an area was split. None: nothing leads to the city's own codes.
    file: Sentence | None = None
    # How codes meet: letter by letter; as names, without accents, case, punctuation; or as numbers, without leading zeros.
    match: Literal["exact", "name", "number"] = "exact"
    # The version of the boundaries its codes belong to, where it is not the city's own.
    version: Code | None = None
    # The last day on which the source counted by them.
    last: Day | None = None


class Coordinate(Contract):
    """One coordinate: the source column, and how numbers are written there."""

    from_: Annotated[Sentence, Field(alias="from")]
    decimal: Literal[".", ","] = "."


def _coordinate(given: Coordinate | str) -> Coordinate:
    return given if isinstance(given, Coordinate) else Coordinate.model_validate({"from": given})


class Point(Contract):
    """Where a row's point stands, and which areas it is looked up in."""

    x: Coordinate | Sentence
    y: Coordinate | Sentence
    # EPSG code of the coordinates; degrees of longitude and latitude where not given.
    crs: Annotated[str, Field(pattern=r"^EPSG:[0-9]{4,6}$")] = "EPSG:4326"
    # The city's feed of areas.
    areas: Identifier
    # Which of its levels, where it brings several.
    level: Literal["country", "county", "city", "district", "neighbourhood"] | None = None

    @property
    def coordinates(self) -> tuple[Coordinate, Coordinate]:
        return _coordinate(self.x), _coordinate(self.y)


class FromPoint(Contract):
    """The area a row's coordinates lie in; the feed's extent where they lie in none."""

    point: Point
