"""The plan of a city: its feeds, each with everything it refers to, resolved."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sga_pipeline.contracts.city import City, DataFolder
from sga_pipeline.contracts.city_tables import CityTables
from sga_pipeline.contracts.classifications import Classifications
from sga_pipeline.contracts.code_checks import Codes
from sga_pipeline.contracts.corrections import Correction
from sga_pipeline.contracts.crosswalks import Crosswalk
from sga_pipeline.contracts.feed import Feed, FromColumns, Joined
from sga_pipeline.contracts.mappings import MappingTable
from sga_pipeline.contracts.places import FromPoint, Point
from sga_pipeline.contracts.shape import Shape
from sga_pipeline.contracts.shared_feeds import SHARED, SharedFeed

# From the widest to the finest.
LEVELS = ("country", "county", "city", "district", "neighbourhood")


@dataclass(frozen=True)
class FeedPlan:
    """A feed of one city with everything it refers to, resolved."""

    city: City
    feed: Feed
    shape: Shape
    mappings: dict[str, MappingTable]
    code_lists: dict[str, tuple[str, ...]]
    file: Path
    # Leads from the feed's area codes to the city's own, where they differ.
    crosswalk: Crosswalk | None = None
    corrections: tuple[Correction, ...] = ()
    classifications: Classifications = field(default_factory=dict)
    # Where the feed is not the city's own: what cities have in common.
    shared: SharedFeed | None = None

    @property
    def id(self) -> str:
        return self.feed.id

    @property
    def kept_under(self) -> str:
        """Whose deliveries the feed's are in the home: the city's, or those of all cities."""
        return SHARED if self.shared and self.shared.is_pulled_once else self.city.id

    @property
    def codes(self) -> Codes:
        """Every code its columns may hold."""
        return Codes(self.code_lists, self.classifications)

    @property
    def extent(self) -> str:
        return self.feed.extent or self.city.city_area

    @property
    def area_of_blanks(self) -> str | None:
        """The area of rows that name none. In a table of amounts a blank may be a merged cell, so the contract has to say so."""
        is_table = any(self.shape.column(one) for one in ("amount", "count", "persons", "value"))
        is_mapped = isinstance(self.feed.columns.get("area_id"), FromColumns | Joined)
        return self.feed.extent if is_table and is_mapped else self.extent

    @property
    def point(self) -> Point | None:
        """How the area is found, where it is found from a point."""
        mapped = self.feed.columns.get("area_id")
        return mapped.point if isinstance(mapped, FromPoint) else None

    @property
    def takes_other_periods(self) -> bool:
        """Whether a delivery may bring rows of other periods than its own."""
        return self.feed.source.periods is None or self.feed.outside_period is not None or self.feed.updates is not None

    @property
    def boundary_version(self) -> str:
        """The version of the boundaries its areas are, or its figures were counted on."""
        if self.feed.boundaries:
            return self.feed.boundaries.version
        declared = self.crosswalk.system.version if self.crosswalk else None
        return declared or self.city.boundary_version

    @property
    def differs(self) -> str | None:
        """In what its figures are not the catalogue's own: as its contract says, and because they were counted on other boundaries."""
        if self.shape.id == "areas" or self.boundary_version == self.city.boundary_version:
            return self.feed.differs
        counted = (
            f"Counted on the boundaries of {self.boundary_version}, brought to those of {self.city.boundary_version}."
        )
        return f"{self.feed.differs} {counted}" if self.feed.differs else counted

    @property
    def is_finer_than_extent(self) -> bool:
        """Whether rows without a finer area are a loss, or all that the feed promises."""
        level = next((area.level for area in self.city.areas if area.area_id == self.extent), "city")
        return any(LEVELS.index(one) > LEVELS.index(level) for one in self.feed.spatial_levels)

    @property
    def time_zone(self) -> str:
        return self.feed.time_zone or self.city.time_zone

    @property
    def contract_hash(self) -> str:
        """Changes when anything changes that conformed rows depend on."""
        mappings = {name: (table.key, table.rows) for name, table in self.mappings.items()}
        columns = [str(column) for column in self.shape.columns] + [str(rule) for rule in self.shape.pair_rules]
        lists: list[tuple[str, tuple[str, ...]]] = [
            (column.code_list, self.code_lists[column.code_list]) for column in self.shape.columns if column.code_list
        ]
        lists += [
            (held.title, tuple(held.content)) for held in map(self.codes.classification, self.shape.columns) if held
        ]
        # How often a period is asked for again changes nothing in its rows.
        contract = self.feed.model_dump(mode="json", exclude={"source": {"periods": {"revisable"}}})
        parts: list[Any] = [contract, mappings, columns, lists, self.extent, self.time_zone]
        if self.crosswalk:
            parts.append([self.crosswalk.system.match, self.crosswalk.targets])
        if self.corrections:
            parts.append([one.effect for one in self.corrections])
        return hashlib.sha256(json.dumps(parts, sort_keys=True, default=list).encode()).hexdigest()


@dataclass(frozen=True)
class CityPlan:
    """A city with its feeds."""

    city: City
    folder: Path
    feeds: tuple[FeedPlan, ...]
    tables: CityTables = field(default_factory=CityTables)

    @property
    def id(self) -> str:
        return self.city.id

    def data_folder(self) -> Path | None:
        """Where `file` feeds find their files; None where the environment variable that says so is not set."""
        if self.city.data.env is None:
            return self.folder / self.city.data.folder
        base = os.environ.get(self.city.data.env)
        return Path(base) / self.city.data.folder if base else None

    def files_of(self, plan: FeedPlan) -> tuple[Path | None, DataFolder]:
        """The folder a feed's files lie in, and how it is declared: a shared feed has its own."""
        return (plan.shared.data, DataFolder()) if plan.shared else (self.data_folder(), self.city.data)
