"""The checked plan of an assessment: cities, their feeds with shapes and mappings, and the catalogue. The one way in."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sga_pipeline.contracts.catalogue import Catalogue, read_catalogue
from sga_pipeline.contracts.catalogue_checks import check_catalogue
from sga_pipeline.contracts.city import City
from sga_pipeline.contracts.city_tables import CityTables, city_table_files, read_city_tables
from sga_pipeline.contracts.classifications import Classifications, read_classifications
from sga_pipeline.contracts.code_checks import Codes
from sga_pipeline.contracts.corrections import Correction, read_corrections
from sga_pipeline.contracts.crosswalks import Crosswalk, read_crosswalk
from sga_pipeline.contracts.feed import Feed, FromColumns, Joined
from sga_pipeline.contracts.feed_checks import check_feed
from sga_pipeline.contracts.gap_catalogue_checks import check_gap_catalogue
from sga_pipeline.contracts.mappings import MappingTable, read_mapping
from sga_pipeline.contracts.place_checks import check_codes, check_places
from sga_pipeline.contracts.places import FromPoint, Point
from sga_pipeline.contracts.read_contract import read_contract
from sga_pipeline.contracts.shape import Shape, read_shape
from sga_pipeline.contracts.texts import check_texts
from sga_pipeline.contracts.time_zones import is_time_zone, name_of_zone
from sga_pipeline.contracts.yaml_reader import Document
from sga_pipeline.errors import ContractError, Problem
from sga_pipeline.paths import CONTRACTS

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

    @property
    def id(self) -> str:
        return self.feed.id

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


@dataclass(frozen=True)
class Assessment:
    """Everything one run needs to know, checked."""

    cities: tuple[CityPlan, ...]
    shapes: dict[str, Shape]
    catalogue: Catalogue
    contracts: Path

    def city(self, city_id: str) -> CityPlan:
        return next(plan for plan in self.cities if plan.id == city_id)

    def contract_files(self, city_id: str) -> list[Path]:
        """Every file the city's numbers depend on, for the manifest."""
        plan = self.city(city_id)
        files = {plan.folder / "city.yaml", *(feed.file for feed in plan.feeds)}
        files |= {table.file for feed in plan.feeds for table in feed.mappings.values()}
        files |= set(city_table_files(plan.city, plan.folder))
        files |= {plan.folder / one.file for one in plan.city.code_systems.values() if one.file}
        files |= {plan.folder / plan.city.corrections} if plan.city.corrections else set()
        files |= {shape.file for shape in self.shapes.values()} | set(self.catalogue.folder.glob("*.csv"))
        files |= set((self.contracts / "classifications").glob("*.csv"))
        files |= set((self.contracts / "locale").rglob("*.po"))
        return sorted(files)


def read_assessment(city_folders: list[Path], contracts: Path = CONTRACTS) -> Assessment:
    """Read and check cities, or raise one ContractError with every problem found."""
    catalogue = read_catalogue(contracts / "catalogue")
    shapes = {shape.id: shape for shape in map(read_shape, sorted((contracts / "shapes").glob("*.yaml")))}
    codes = Codes(catalogue.code_lists, read_classifications(contracts / "classifications"))
    problems = [
        *_unknown_code_lists(shapes, catalogue),
        *check_catalogue(catalogue, shapes, codes),
        *_unknown_classifications(shapes, codes),
        *check_gap_catalogue(catalogue),
        *check_texts(contracts),
    ]
    cities: list[CityPlan] = []
    for folder in city_folders:
        try:
            cities.append(_read_city(folder.resolve(), contracts, shapes, catalogue, codes))
        except ContractError as error:
            problems += error.problems
    seen: dict[str, Path] = {}
    for plan in cities:
        if plan.id in seen and seen[plan.id] != plan.folder:
            file = plan.folder / "city.yaml"
            problems.append(Problem("two folders hold the same city", "Rename one.", plan.id, file))
        seen[plan.id] = plan.folder
    if problems:
        raise ContractError(problems)
    unique = {plan.id: plan for plan in cities}
    return Assessment(tuple(unique[name] for name in sorted(unique)), shapes, catalogue, contracts)


def _unknown_code_lists(shapes: dict[str, Shape], catalogue: Catalogue) -> list[Problem]:
    return [
        Problem("unknown code list", "Add it to catalogue/codelists.csv.", column.code_list, shape.file)
        for shape in shapes.values()
        for column in shape.columns
        if column.code_list and column.code_list not in catalogue.code_lists
    ]


def _unknown_classifications(shapes: dict[str, Shape], codes: Codes) -> list[Problem]:
    return [
        Problem("unknown classification", f"Use one of {sorted(codes.classifications)}.", column.codes_of, shape.file)
        for shape in shapes.values()
        for column in shape.columns
        if column.codes_of and column.codes_of not in codes.classifications
    ]


def _read_city(folder: Path, contracts: Path, shapes: dict[str, Shape], catalogue: Catalogue, codes: Codes) -> CityPlan:
    if not (folder / "city.yaml").exists():
        message = "this is not a city folder: it has no city.yaml"
        raise ContractError([Problem(message, "Make one with: sga new CITY_DIR", str(folder))])
    city, document = read_contract(folder / "city.yaml", City)
    problems: list[Problem] = []
    if city.id != folder.name:
        message = "the id is not the folder's name"
        problems.append(document.problem(message, f"Make both [{folder.name}].", city.id, "id"))
    if not is_time_zone(city.time_zone):
        problems.append(
            document.problem("unknown time zone", name_of_zone(city.time_zone), city.time_zone, "time_zone")
        )
    files = sorted((folder / "feeds").glob("*.yaml"))
    for name in city.uses:
        shared = contracts / "feeds" / f"{name}.yaml"
        if shared.is_file():
            files.append(shared)
        else:
            message = "no shared feed has this id"
            problems.append(document.problem(message, f"See {contracts / 'feeds'}.", name, "uses"))
    crosswalks: dict[str, Crosswalk] = {}
    for name, system in city.code_systems.items():
        try:
            crosswalks[name] = read_crosswalk(name, system, folder)
        except ContractError as error:
            problems += error.problems
            crosswalks[name] = Crosswalk(name, system, {})
    feeds: list[FeedPlan] = []
    documents: dict[str, Document] = {}
    for file in files:
        try:
            plan, documents[file.stem] = _read_feed(file, city, shapes, codes, crosswalks)
            feeds.append(plan)
        except ContractError as error:
            problems += error.problems
    problems += check_places(city, {plan.id: (plan.feed, plan.shape, documents[plan.id]) for plan in feeds})
    tables = CityTables()
    try:
        tables = read_city_tables(city, folder, catalogue, {one.stem for one in files})
    except ContractError as error:
        problems += error.problems
    if city.corrections and not problems:
        feeds = _corrected(city, folder, feeds)
    if problems:
        raise ContractError(problems)
    return CityPlan(city, folder, tuple(sorted(feeds, key=lambda plan: plan.id)), tables)


def _corrected(city: City, folder: Path, feeds: list[FeedPlan]) -> list[FeedPlan]:
    known = {plan.id: (plan.feed, plan.shape, plan.codes) for plan in feeds}
    found = read_corrections(folder / str(city.corrections), known)
    return [replace(plan, corrections=tuple(one for one in found if one.feed == plan.id)) for plan in feeds]


def _read_feed(
    file: Path, city: City, shapes: dict[str, Shape], codes: Codes, crosswalks: dict[str, Crosswalk]
) -> tuple[FeedPlan, Document]:
    feed, document = read_contract(file, Feed)
    mappings: dict[str, MappingTable] = {}
    for name, mapping in feed.mappings.items():
        mappings[name] = read_mapping(file.parent / mapping.file, mapping.key, document, name)
    problems = check_feed(feed, document, shapes, codes, mappings)
    if feed.shape in shapes:
        problems += check_codes(feed, shapes[feed.shape], crosswalks, document)
    if problems:
        raise ContractError(problems)
    crosswalk = crosswalks.get(feed.area_codes)
    plan = FeedPlan(
        city,
        feed,
        shapes[feed.shape],
        mappings,
        dict(codes.lists),
        file,
        crosswalk,
        classifications=dict(codes.classifications),
    )
    return plan, document
