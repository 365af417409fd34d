"""The checked plan of an assessment: cities, their feeds with shapes and mappings, and the catalogue. The one way in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sga_pipeline.contracts.catalogue import Catalogue, read_catalogue
from sga_pipeline.contracts.catalogue_checks import check_catalogue
from sga_pipeline.contracts.city_plan import LEVELS, CityPlan, FeedPlan
from sga_pipeline.contracts.city_tables import city_table_files
from sga_pipeline.contracts.classifications import read_classifications
from sga_pipeline.contracts.code_checks import Codes
from sga_pipeline.contracts.gap_catalogue_checks import check_gap_catalogue
from sga_pipeline.contracts.read_city import read_city
from sga_pipeline.contracts.shape import Shape, read_shape
from sga_pipeline.contracts.shared_feeds import find_same_ids, is_shared_folder
from sga_pipeline.contracts.texts import check_texts
from sga_pipeline.errors import ContractError, Problem
from sga_pipeline.paths import CONTRACTS

__all__ = ["LEVELS", "Assessment", "CityPlan", "FeedPlan", "find_shared_twice", "read_assessment"]


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
        if len(city_folders) > 1 and is_shared_folder(folder.resolve()):
            # A list of all folders names it as well; what cities use of it is read with them.
            continue
        try:
            cities.append(read_city(folder.resolve(), contracts, shapes, catalogue, codes))
        except ContractError as error:
            problems += error.problems
    seen: dict[str, Path] = {}
    for plan in cities:
        if plan.id in seen and seen[plan.id] != plan.folder:
            file = plan.folder / "city.yaml"
            problems.append(Problem("two folders hold the same city", "Rename one.", plan.id, file))
        seen[plan.id] = plan.folder
    problems += find_shared_twice(cities)
    if problems:
        raise ContractError(problems)
    unique = {plan.id: plan for plan in cities}
    return Assessment(tuple(unique[name] for name in sorted(unique)), shapes, catalogue, contracts)


def find_shared_twice(cities: Iterable[CityPlan]) -> list[Problem]:
    """Shared feeds of one id that cities take from different folders."""
    return find_same_ids((feed.id, feed.file) for city in cities for feed in city.feeds if feed.shared)


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
