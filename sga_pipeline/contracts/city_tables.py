"""What a city decides for itself in CSV files beside city.yaml: its core indicators, its decisions on gaps, its thresholds."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sga_pipeline.contracts.catalogue import Catalogue
from sga_pipeline.contracts.city import City
from sga_pipeline.contracts.contract_text import is_there
from sga_pipeline.contracts.csv_rows import Row, read_rows
from sga_pipeline.contracts.strict_model import is_day
from sga_pipeline.errors import ContractError, Problem

SEVERITIES = ("low", "medium", "high", "critical")
CORE_SET = "indicator_id core reason decided_by decided_on evidence"
DECISIONS = "gap_code rule_id indicator_id feed_id area_id decision reason owner decided_on expires"
THRESHOLDS = "gap_code metric severity value reason decided_by decided_on"


@dataclass(frozen=True)
class CityTables:
    """Rows of each file, empty where the city has none."""

    core_set: tuple[Row, ...] = ()
    decisions: tuple[Row, ...] = ()
    thresholds: tuple[Row, ...] = ()


def read_city_tables(city: City, folder: Path, catalogue: Catalogue, feeds: Collection[str]) -> CityTables:
    """Read all three, or raise every problem found; `feeds` are the ids of the city's."""
    return CityTables(
        _read(folder, city.core_set, CORE_SET, ["indicator_id"], lambda row: _check_core(row, catalogue)),
        _read(
            folder, city.decisions, DECISIONS, DECISIONS.split()[:5], lambda row: _check_decision(row, catalogue, feeds)
        ),
        _read(
            folder, city.thresholds, THRESHOLDS, THRESHOLDS.split()[:3], lambda row: _check_threshold(row, catalogue)
        ),
    )


def city_table_files(city: City, folder: Path) -> list[Path]:
    """The files the city names."""
    return [folder / name for name in (city.core_set, city.decisions, city.thresholds) if name]


def _read(
    folder: Path, name: str | None, columns: str, what: Sequence[str], check: Callable[[Row], Iterator[Problem]]
) -> tuple[Row, ...]:
    if name is None:
        return ()
    file = folder / name
    if not is_there(file):
        raise ContractError([Problem("the file does not exist", "Create it or correct city.yaml.", str(file))])
    rows = read_rows(file)
    if rows and list(rows[0]) != columns.split():
        step = f"Use {columns.replace(' ', ',')}."
        raise ContractError([Problem("the columns of this file are fixed", step, ",".join(rows[0]), file, 1)])
    problems = [problem for row in rows for problem in check(row)]
    seen: dict[tuple[str, ...], int] = {}
    for row in rows:
        about = tuple(row[one] for one in what)
        if about in seen:
            step = f"Keep this row or that of line {seen[about]}."
            problems.append(row.problem("this is decided twice", step, next(iter(row)), " ".join(filter(None, about))))
        seen.setdefault(about, row.line)
    if problems:
        raise ContractError(problems)
    return tuple(rows)


def _check_core(row: Row, catalogue: Catalogue) -> Iterator[Problem]:
    yield from _known("indicator_id", row, catalogue.indicators)
    yield from _one_of("core", row, ("true", "false"))
    yield from _decided(row, "decided_by", "decided_on")


def _check_decision(row: Row, catalogue: Catalogue, feeds: Collection[str]) -> Iterator[Problem]:
    not_required = row["decision"] == "not_required"
    yield from _known("gap_code", row, catalogue.gap_types, may_be_empty=not_required)
    yield from _known("rule_id", row, catalogue.statements, may_be_empty=True)
    yield from _known("indicator_id", row, catalogue.indicators, may_be_empty=not not_required)
    if row["feed_id"] and row["feed_id"] not in feeds:
        step = f"Use one of {', '.join(sorted(feeds))}, or leave it empty for every feed."
        yield row.problem("the city has no such feed", step, "feed_id")
    yield from _one_of("decision", row, ("accepted", "waived", "not_required"))
    yield from _decided(row, "owner", "decided_on")
    if not is_day(row["expires"]):
        step = "Write the day it has to be looked at again, as 2027-12-31."
        yield row.problem("a decision ends some day", step, "expires")
    elif is_day(row["decided_on"]) and row["expires"] < row["decided_on"]:
        yield row.problem("the decision ends before it was made", "Correct decided_on or expires.", "expires")


def _check_threshold(row: Row, catalogue: Catalogue) -> Iterator[Problem]:
    known = sorted({one["metric"] for one in catalogue.thresholds if one["gap_code"] == row["gap_code"]})
    if row["metric"] not in known:
        yield row.problem("the gap has no such metric", f"Use one of {', '.join(known) or 'its metrics'}.", "metric")
    yield from _one_of("severity", row, SEVERITIES)
    if not re.fullmatch(r"[0-9]+([.][0-9]+)?", row["value"]):
        yield row.problem("a threshold is a number", "Write it with a point, as 0.15.", "value")
    yield from _decided(row, "decided_by", "decided_on")


def _known(column: str, row: Row, known: dict[str, Row], *, may_be_empty: bool = False) -> Iterator[Problem]:
    if row[column] not in known and not (may_be_empty and not row[column]):
        yield row.problem(f"no such {column} in the catalogue", "Correct the name.", column)


def _one_of(column: str, row: Row, allowed: tuple[str, ...]) -> Iterator[Problem]:
    if row[column] not in allowed:
        yield row.problem(f"{column} cannot be this", f"Use one of {', '.join(allowed)}.", column)


def _decided(row: Row, who: str, when: str) -> Iterator[Problem]:
    if not row["reason"] or not row[who] or not is_day(row[when]):
        step = f"Fill reason, {who} and {when}."
        yield row.problem("a decision needs a reason, an office and a day", step, next(iter(row)))
