"""The catalogue: code lists, indicators, measures, age groups and gap types, read from CSV with every row checked."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from sga_pipeline.errors import ContractError, Problem

Row = dict[str, str]


@dataclass(frozen=True)
class Catalogue:
    """Rows of contracts/catalogue, by file; code lists by name."""

    folder: Path
    code_lists: dict[str, tuple[str, ...]]
    indicators: dict[str, dict[str, str]]
    measures: dict[str, dict[str, str]]
    gap_types: dict[str, dict[str, str]]
    statements: dict[str, dict[str, str]]
    age_groups: dict[str, dict[str, str]]
    thresholds: tuple[Row, ...]
    requirements: tuple[Row, ...]


def read_rows(file: Path) -> list[dict[str, str]]:
    """Rows of a CSV; a ragged row or a doubled header is an error with its line."""
    try:
        with file.open(encoding="utf-8", newline="") as stream:
            reader = csv.reader(stream)
            header = next(reader, [])
            if len(set(header)) != len(header) or not header:
                raise _error(file, 1, "the header is empty or names a column twice", ",".join(header))
            rows = []
            for cells in reader:
                if len(cells) != len(header):
                    raise _error(file, reader.line_num, f"the row has {len(cells)} cells, not {len(header)}", cells[0])
                rows.append(dict(zip(header, cells, strict=True)))
            return rows
    except (OSError, UnicodeDecodeError) as error:
        raise _error(file, None, "the file cannot be read as UTF-8 CSV", type(error).__name__) from None


def read_catalogue(folder: Path) -> Catalogue:
    """Read the catalogue and check that its files agree with each other."""
    lists: dict[str, list[str]] = {}
    for row in read_rows(folder / "codelists.csv"):
        lists.setdefault(row["list"], []).append(row["code"])
    measures = _keyed(folder / "measures.csv", "measure_id")
    indicators = _keyed(folder / "indicator_catalogue.csv", "indicator_id")
    problems = []
    for number, row in enumerate(indicators.values(), start=2):
        for part in ("numerator", "denominator"):
            for name in filter(None, row[part].split(";")):
                if name not in measures:
                    problems.append(
                        Problem(
                            f"the {part} is not a measure",
                            "Add the measure or correct the name.",
                            name,
                            folder / "indicator_catalogue.csv",
                            number,
                        )
                    )
    if problems:
        raise ContractError(problems)
    return Catalogue(
        folder,
        {**{name: tuple(codes) for name, codes in lists.items()}, "indicator": tuple(indicators)},
        indicators,
        measures,
        _keyed(folder / "gap_types.csv", "gap_code"),
        _keyed(folder / "statements.csv", "rule_id"),
        _keyed(folder / "age_groups.csv", "age_group"),
        tuple(read_rows(folder / "thresholds.csv")),
        tuple(read_rows(folder / "requirements.csv")),
    )


def _keyed(file: Path, key: str) -> dict[str, dict[str, str]]:
    keyed: dict[str, dict[str, str]] = {}
    for number, row in enumerate(read_rows(file), start=2):
        if row[key] in keyed:
            raise _error(file, number, f"the {key} stands here twice", row[key])
        keyed[row[key]] = row
    return keyed


def _error(file: Path, line: int | None, message: str, value: str) -> ContractError:
    return ContractError([Problem(message, "Correct the row.", value, file, line)])
