"""A second reading of deliveries, in plain Python under what the contract states. It shares no code with the project."""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tests.campaign.model import CATALOGUE, CITY, DISTRICTS, Contract, Texts

PERIOD = re.compile(r"[0-9]{4}(-Q[1-4]|-(0[1-9]|1[0-2]))?")
NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?")
TAGS = ("weapon",)
SEXES = {"F", "M", "_T", "_U"}
KEYS = {"event_id", "victim_id", "death_id", "respondent_id"}
AMOUNTS = {"count", "amount", "out_of", "persons", "value"}
REQUIRED = KEYS | {"occurred_on", "died_on", "iccs_code", "period", "year", "count", "persons", "weight"}
with (CATALOGUE.parent / "classifications" / "iccs.csv").open(encoding="utf-8", newline="") as stream:
    ICCS = {next(iter(row.values())) for row in csv.DictReader(stream)}


@dataclass
class Row:
    """A row as read: what could be read of it, and why it does not count where it does not."""

    values: dict[str, Any]
    lost: str = ""
    # Of the period of another delivery, or put right by a newer one: out of scope.
    outside: bool = False
    file: str = ""
    # The year of its file, where that may bring records of earlier ones too: none is of a later year.
    latest: str = ""
    blank: set[str] = field(default_factory=set)

    @property
    def area(self) -> str | None:
        """The district or the city; None where it is neither, so unknown."""
        found = self.values.get("area_id")
        return found if found in (CITY, *DISTRICTS) else None

    @property
    def period(self) -> str | None:
        day = self.values.get("occurred_on") or self.values.get("died_on")
        found = self.values.get("period") or self.values.get("year")
        return f"{day:%Y-%m}" if day else str(found) if found else None


def read(contract: Contract, texts: Texts) -> list[Row]:
    """Every row of a feed's deliveries. A delivery without a column that the contract maps has none."""
    rows: list[Row] = []
    of_one_person = contract["shape"] in ("crime_events", "crime_victims", "deaths", "survey_answers")
    for name, text in texts.items():
        address = contract["source"]["address"]
        before, marked, after = address.partition("{period}")
        period = name[len(before) : len(name) - len(after)] if marked else ""
        found = _file(contract, text)
        for row in found:
            row.file = name
            if of_one_person and row.values.get("sex") == "_T":
                # Nobody is both: what is meant is not known.
                row.values["sex"] = "_U"
            held = period and "updates" not in contract
            row.outside = bool(held and row.period and not row.period.startswith(period))
            if held and row.period is None:
                # What a file is the delivery of, its rows are of.
                row.values["period"] = period
            row.latest = period[:4]
        rows += found
    _settle(contract, rows)
    return rows


def _file(contract: Contract, text: str) -> list[Row]:
    lines = [line for line in csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")) if any(line)]
    header = lines[0] if lines else []
    mapped = {said["from"] for said in contract["columns"].values() if "from" in said}
    melted = {"period", contract["melt"]["value"]} if "melt" in contract else set()
    if len({*header}) < len(header) or not mapped - melted <= {*header}:
        return []
    found = []
    for line in lines[1:]:
        if len(line) != len(header):
            found.append(Row({}, "has not as many cells as the header"))
            continue
        record = dict(zip(header, line, strict=True))
        records = [record]
        if melted:
            periods = [one for one in header if re.fullmatch(contract["melt"]["parts"]["period"], one)]
            records = [record | {"period": one, contract["melt"]["value"]: record[one]} for one in periods]
        found += [_typed(contract["columns"], one) for one in records]
    return found


def _typed(columns: dict[str, Any], record: dict[str, str]) -> Row:
    row = Row({})
    for name, said in columns.items():
        cell = said["constant"] if "constant" in said else record[said["from"]]
        if cell == "":
            row.blank.add(name)
            if name in REQUIRED:
                row.lost = f"no {name}"
            continue
        value = _value(name, _plain(cell, said.get("steps", [])))
        if value is None and name in ("sex", "weapon", "age_group"):
            row.values[name] = "_U"
        elif value is None and name in REQUIRED:
            row.lost = f"{name} [{cell}] cannot be read"
        elif value is not None:
            row.values[name] = value
    return row


def _plain(cell: str, steps: list[Any]) -> str:
    """A date with the day first, or a number with signs of its own, as everybody else writes them; else the cell as it is."""
    for step in steps:
        if "date" in step:
            parts = re.fullmatch("([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})", cell)
            return f"{parts[3]}-{parts[2]:0>2}-{parts[1]:0>2}" if parts else f"[{cell}]"
        if "number" in step:
            is_number = re.fullmatch(r"-?([0-9]{1,3}(\.[0-9]{3})+|[0-9]+)(,[0-9]+)?", cell)
            return cell.replace(".", "").replace(",", ".") if is_number else f"[{cell}]"
    return cell


def _value(name: str, cell: str) -> Any:
    """A cell as its type; None where it cannot be read: a row without a required value is lost, another lacks this one."""
    if name in ("occurred_on", "died_on"):
        try:
            return date.fromisoformat(cell) if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", cell) else None
        except ValueError:
            return None
    if name == "period":
        return cell if PERIOD.fullmatch(cell) else None
    if name == "year":
        return int(cell) if re.fullmatch("[0-9]{4}", cell) else None
    if name in AMOUNTS | {"weight", "age"}:
        number = float(cell) if NUMBER.fullmatch(cell) else None
        whole = name in ("count", "persons", "age")
        refused = (
            number is None or (whole and (number < 0 or number != int(number))) or (name == "age" and number > 120)
        )
        return None if refused else number
    if name == "sex":
        return cell if cell in SEXES else None
    if name == "age_group":
        return cell if re.fullmatch("Y[0-9]+(T[0-9]+)?|Y_GE[0-9]+|_T|_U", cell) else None
    if name == "iccs_code":
        return cell if cell in ICCS else "_U"
    if name == "icd10":
        return cell if re.fullmatch("[A-Z][0-9]{2}[0-9A-Z]?", cell) else "_U"
    if name == "weapon":
        return cell if cell in ("firearm", "knife", "other", "none", "_U") else None
    if name.startswith("q_"):
        return {"Y": True, "N": False}.get(cell)
    return cell


def _settle(contract: Contract, rows: list[Row]) -> None:
    """Of rows with one key the first counts where they are the same, and none where they differ; or they are added up."""
    if contract.get("add_up") is True:
        return
    found: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        if row.lost or row.outside:
            continue
        key = [row.values[name] for name in KEYS if name in row.values]
        rest = tuple(sorted((name, str(value)) for name, value in row.values.items() if name not in AMOUNTS))
        found[tuple(key) or rest].append(row)
    for same in found.values():
        if contract.get("updates"):
            newest = max(row.file for row in same)
            for row in same:
                row.outside = row.file < newest
            same = [row for row in same if row.file == newest]
        if any(row.values != same[0].values for row in same):
            for row in same:
                row.lost = "rows of one key differ"
        else:
            for row in same[1:]:
                row.lost, row.outside = "repeated", True
