"""The catalogue: code lists, indicators, measures, age groups and gap types, read from CSV with every row checked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sga_pipeline.contracts.csv_rows import JoinedRow, Row, read_keyed, read_rows
from sga_pipeline.errors import ContractError, Problem

# An indicator has one row in each: what it is, how it is computed, and how it is published.
INDICATOR_FILES = ("indicator_definition.csv", "indicator_computation.csv", "indicator_publication.csv")


@dataclass(frozen=True)
class Catalogue:
    """Rows of contracts/catalogue, by file; code lists by name."""

    folder: Path
    code_lists: dict[str, tuple[str, ...]]
    indicators: dict[str, Row]
    measures: dict[str, Row]
    gap_types: dict[str, Row]
    statements: dict[str, Row]
    age_groups: dict[str, Row]
    thresholds: tuple[Row, ...]
    requirements: tuple[Row, ...]


def read_catalogue(folder: Path) -> Catalogue:
    """Read the catalogue and check that its files agree with each other."""
    lists: dict[str, list[str]] = {}
    for row in read_rows(folder / "codelists.csv"):
        lists.setdefault(row["list"], []).append(row["code"])
    measures = read_keyed(folder / "measures.csv", "measure_id")
    indicators = _indicators(folder)
    if problems := list(_unknown_measures(indicators, measures)):
        raise ContractError(problems)
    return Catalogue(
        folder,
        {**{name: tuple(codes) for name, codes in lists.items()}, "indicator": tuple(indicators)},
        indicators,
        measures,
        read_keyed(folder / "gap_types.csv", "gap_code"),
        read_keyed(folder / "statements.csv", "rule_id"),
        read_keyed(folder / "age_groups.csv", "age_group"),
        tuple(read_rows(folder / "thresholds.csv")),
        tuple(read_rows(folder / "requirements.csv")),
    )


def _indicators(folder: Path) -> dict[str, Row]:
    """Each indicator's rows as one, in the order of the first file."""
    parts = [read_keyed(folder / name, "indicator_id") for name in INDICATOR_FILES]
    categories = read_keyed(folder / "categories.csv", "category_no")
    if problems := [*_incomplete(folder, parts), *_unknown_categories(parts[0], categories)]:
        raise ContractError(problems)
    return {
        indicator_id: JoinedRow(row, *(part[indicator_id] for part in parts[1:]), categories[row["category_no"]])
        for indicator_id, row in parts[0].items()
    }


def _incomplete(folder: Path, parts: list[dict[str, Row]]) -> Iterator[Problem]:
    """Indicators that have a row in one file and none in another."""
    for part in parts:
        for indicator_id, row in part.items():
            for name, other in zip(INDICATOR_FILES, parts, strict=True):
                if indicator_id not in other:
                    step = f"Add its row to {folder / name}."
                    yield row.problem(f"the indicator has no row in {name}", step, "indicator_id")


def _unknown_categories(definitions: dict[str, Row], categories: dict[str, Row]) -> Iterator[Problem]:
    for row in definitions.values():
        if row["category_no"] not in categories:
            yield row.problem("category_no cannot be this", "Use one of categories.csv.", "category_no")


def _unknown_measures(indicators: dict[str, Row], measures: dict[str, Row]) -> Iterator[Problem]:
    for row in indicators.values():
        for part in ("numerator", "denominator"):
            for name in row.listed(part):
                if name not in measures:
                    yield row.problem(
                        f"the {part} is not a measure", "Add the measure or correct the name.", part, name
                    )
