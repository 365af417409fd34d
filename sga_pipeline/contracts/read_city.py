"""Reads a city folder and the shared feeds that the city uses, and checks them together."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sga_pipeline.contracts.catalogue import Catalogue
from sga_pipeline.contracts.city import City
from sga_pipeline.contracts.city_plan import CityPlan, FeedPlan
from sga_pipeline.contracts.city_tables import CityTables, read_city_tables
from sga_pipeline.contracts.code_checks import Codes
from sga_pipeline.contracts.corrections import read_corrections
from sga_pipeline.contracts.crosswalks import Crosswalk, read_crosswalk
from sga_pipeline.contracts.feed import Feed
from sga_pipeline.contracts.feed_checks import check_feed
from sga_pipeline.contracts.mappings import MappingTable, read_mapping
from sga_pipeline.contracts.place_checks import check_codes, check_places
from sga_pipeline.contracts.placeholders import OF_THE_COUNTRY, Filled, fill_in
from sga_pipeline.contracts.read_contract import read_contract
from sga_pipeline.contracts.shape import Shape
from sga_pipeline.contracts.shared_feeds import SharedFeed, files_of, shared_folders
from sga_pipeline.contracts.time_zones import is_time_zone, name_of_zone
from sga_pipeline.contracts.yaml_reader import Document
from sga_pipeline.errors import ContractError, Problem


def read_city(folder: Path, contracts: Path, shapes: dict[str, Shape], catalogue: Catalogue, codes: Codes) -> CityPlan:
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
    shared, wrong = _find_shared(city, document, {one.stem: one for one in files}, shared_folders(folder, contracts))
    problems += wrong
    crosswalks: dict[str, Crosswalk] = {}
    for name, system in city.code_systems.items():
        try:
            crosswalks[name] = read_crosswalk(name, system, folder)
        except ContractError as error:
            problems += error.problems
            crosswalks[name] = Crosswalk(name, system, {})
    feeds: list[FeedPlan] = []
    documents: dict[str, Document] = {}
    for file in [*files, *shared]:
        try:
            filled = _Filling(city, document, is_shared=file in shared)
            plan, documents[file.stem] = _read_feed(file, city, shapes, codes, crosswalks, filled)
            feeds.append(plan)
        except ContractError as error:
            problems += error.problems
    problems += check_places(city, {plan.id: (plan.feed, plan.shape, documents[plan.id]) for plan in feeds})
    tables = CityTables()
    try:
        tables = read_city_tables(city, folder, catalogue, {one.stem for one in (*files, *shared)})
    except ContractError as error:
        problems += error.problems
    if city.corrections and not problems:
        feeds = _corrected(city, folder, feeds)
    if problems:
        raise ContractError(problems)
    return CityPlan(city, folder, tuple(sorted(feeds, key=lambda plan: plan.id)), tables)


def _find_shared(
    city: City, document: Document, own: dict[str, Path], folders: list[Path]
) -> tuple[list[Path], list[Problem]]:
    """The contracts of the shared feeds that the city names, and what is wrong with the names."""
    files, problems = [], []
    for at, name in enumerate(city.uses):
        found = files_of(name, folders)
        if name in city.uses[:at]:
            problems.append(document.problem("a shared feed stands here twice", "Keep one.", name, "uses", at))
        elif name in own:
            message = "a shared feed has the id of a feed of the city's own"
            step = f"Remove it here, or remove {own[name]}."
            problems.append(document.problem(message, step, name, "uses", at))
        elif len(found) > 1:
            message = "two shared feeds have one id"
            step = f"Keep one of {' and '.join(map(str, found))}, or give one another id."
            problems.append(document.problem(message, step, name, "uses", at))
        elif found:
            files += found
        else:
            problems.append(document.problem("no shared feed has this id", _where_feeds_lie(folders), name, "uses", at))
    return files, problems


def _where_feeds_lie(folders: list[Path]) -> str:
    known = sorted({file.stem for folder in folders for file in folder.glob("*.yaml")})
    there = f"there are {', '.join(known)}" if known else "there is none yet"
    return f"Shared feeds lie in {' and in '.join(map(str, folders))}; {there}."


class _Filling:
    """Fills in the placeholders of one feed for one city, and knows afterwards what depends on the city."""

    def __init__(self, city: City, city_document: Document, *, is_shared: bool) -> None:
        self.city, self.city_document, self.is_shared = city, city_document, is_shared
        self.filled = Filled()

    def fill(self, document: Document) -> None:
        """Raise where a placeholder is unknown, or the city states nothing for it."""
        self.filled = fill_in(document, self.city, is_shared=self.is_shared)
        problems = self.filled.problems + [self._missing(name, document.file.stem) for name in self.filled.missing]
        if problems:
            raise ContractError(problems)

    def shared_feed(self, file: Path) -> SharedFeed | None:
        """What cities have in common, where the feed is shared."""
        is_pulled_once = "source" not in self.filled.parts
        is_conformed_once = is_pulled_once and self.filled.names <= OF_THE_COUNTRY
        data = file.parent.parent / "data"
        return SharedFeed(data, is_pulled_once, is_conformed_once) if self.is_shared else None

    def _missing(self, name: str, feed_id: str) -> Problem:
        place: tuple[str | int, ...] = ("codes",) if self.city.codes else ()
        if feed_id in self.city.uses and not place:
            place = ("uses", self.city.uses.index(feed_id))
        if name in OF_THE_COUNTRY:
            message = f"the feed {feed_id} asks for the city's country, and there is not one area of level country"
            return self.city_document.problem(message, "Name one under areas.", f"{{{name}}}", "areas")
        message = f"the feed {feed_id} needs a code that the city does not state"
        step = f'Add it in the quotes of a text, with its leading zeros: codes: {{{name}: "05001"}}.'
        return self.city_document.problem(message, step, f"{{{name}}}", *place)


def _corrected(city: City, folder: Path, feeds: list[FeedPlan]) -> list[FeedPlan]:
    known = {plan.id: (plan.feed, plan.shape, plan.codes) for plan in feeds}
    found = read_corrections(folder / str(city.corrections), known)
    return [replace(plan, corrections=tuple(one for one in found if one.feed == plan.id)) for plan in feeds]


def _read_feed(
    file: Path, city: City, shapes: dict[str, Shape], codes: Codes, crosswalks: dict[str, Crosswalk], filling: _Filling
) -> tuple[FeedPlan, Document]:
    feed, document = read_contract(file, Feed, filling.fill)
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
        shared=filling.shared_feed(file),
    )
    return plan, document
