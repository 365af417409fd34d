"""What a city decides for itself in CSV files beside city.yaml: its core indicators, its decisions on gaps, its thresholds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sga_pipeline.contracts.catalogue import Catalogue, read_rows
from sga_pipeline.contracts.city import City
from sga_pipeline.errors import ContractError, Problem

DAY = r"\d{4}-\d{2}-\d{2}"
SEVERITIES = ("low", "medium", "high", "critical")
Row = dict[str, str]
# A row's faults: what is wrong, the value, what to do.
Faults = Iterator[tuple[str, str, str]]


@dataclass(frozen=True)
class CityTables:
    """Rows of each file, empty where the city has none."""

    core_set: tuple[Row, ...] = ()
    decisions: tuple[Row, ...] = ()
    thresholds: tuple[Row, ...] = ()


def read_city_tables(city: City, folder: Path, catalogue: Catalogue) -> CityTables:
    """Read all three, or raise every problem found."""

    def core(row: Row) -> Faults:
        yield from _known("indicator_id", row, catalogue.indicators)
        yield from _one_of("core", row, ("true", "false"))
        yield from _decided(row, ("decided_by", "decided_on"))

    def decision(row: Row) -> Faults:
        yield from _known("gap_code", row, catalogue.gap_types, may_be_empty=row["decision"] == "not_required")
        yield from _known("rule_id", row, catalogue.statements, may_be_empty=True)
        yield from _known("indicator_id", row, catalogue.indicators, may_be_empty=row["decision"] != "not_required")
        yield from _one_of("decision", row, ("accepted", "waived", "not_required"))
        yield from _decided(row, ("owner", "decided_on"))
        if not re.fullmatch(DAY, row["expires"]):
            yield (
                "a decision ends some day",
                row["expires"],
                "Write the day it has to be looked at again, as 2027-12-31.",
            )

    def threshold(row: Row) -> Faults:
        known = {one["metric"] for one in catalogue.thresholds if one["gap_code"] == row["gap_code"]}
        if row["metric"] not in known:
            yield (
                "the gap has no such metric",
                row["metric"],
                f"Use one of {', '.join(sorted(known)) or 'its metrics'}.",
            )
        yield from _one_of("severity", row, SEVERITIES)
        if not re.fullmatch(r"[0-9]+([.][0-9]+)?", row["value"]):
            yield "a threshold is a number", row["value"], "Write it with a point, as 0.15."
        yield from _decided(row, ("decided_by", "decided_on"))

    return CityTables(
        _read(folder, city.core_set, ("indicator_id", "core", "reason", "decided_by", "decided_on", "evidence"), core),
        _read(
            folder,
            city.decisions,
            (
                "gap_code",
                "rule_id",
                "indicator_id",
                "feed_id",
                "area_id",
                "decision",
                "reason",
                "owner",
                "decided_on",
                "expires",
            ),
            decision,
        ),
        _read(
            folder,
            city.thresholds,
            ("gap_code", "metric", "severity", "value", "reason", "decided_by", "decided_on"),
            threshold,
        ),
    )


def city_table_files(city: City, folder: Path) -> list[Path]:
    """The files the city names."""
    return [folder / name for name in (city.core_set, city.decisions, city.thresholds) if name]


def _read(folder: Path, name: str | None, columns: tuple[str, ...], faults: Callable[[Row], Faults]) -> tuple[Row, ...]:
    if name is None:
        return ()
    file = folder / name
    if not file.is_file():
        raise ContractError([Problem("the file does not exist", "Create it or correct city.yaml.", str(file))])
    rows = read_rows(file)
    if rows and tuple(rows[0]) != columns:
        found = ",".join(rows[0])
        raise ContractError(
            [Problem("the columns of this file are fixed", f"Use {','.join(columns)}.", found, file, 1)]
        )
    problems = [
        Problem(message, step, value, file, line)
        for line, row in enumerate(rows, start=2)
        for message, value, step in faults(row)
    ]
    if problems:
        raise ContractError(problems)
    return tuple(rows)


def _known(column: str, row: Row, known: dict[str, Row], may_be_empty: bool = False) -> Faults:
    if row[column] not in known and not (may_be_empty and not row[column]):
        yield f"no such {column} in the catalogue", row[column], "Correct the name."


def _one_of(column: str, row: Row, allowed: tuple[str, ...]) -> Faults:
    if row[column] not in allowed:
        yield f"{column} cannot be this", row[column], f"Use one of {', '.join(allowed)}."


def _decided(row: Row, who_and_when: tuple[str, str]) -> Faults:
    who, when = who_and_when
    if not row["reason"] or not row[who] or not re.fullmatch(DAY, row[when]):
        yield (
            "a decision needs a reason, an office and a day",
            next(iter(row.values())),
            f"Fill reason, {who} and {when}.",
        )
