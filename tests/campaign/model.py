"""A delivery as the campaign holds it, and what the catalogue says of measures and indicators."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CATALOGUE = Path(__file__).resolve().parents[2] / "contracts" / "catalogue"
YEARS = (2021, 2022, 2023)
# The size of each district.
KM2 = 40
DISTRICTS = ("d1", "d2", "d3")
CITY = "C"
Contract = dict[str, Any]
Texts = dict[str, str]


@dataclass(frozen=True)
class Table:
    """A file as rows of text below a header."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def text(self) -> str:
        return as_csv([self.header, *self.rows])


@dataclass(frozen=True)
class Feed:
    """A feed of a clean city, with the indicators that it alone feeds."""

    id: str
    contract: Contract
    indicators: tuple[str, ...]
    files: dict[str, Table]
    # What a column of the files is about: area, period, date, sex, age, code, key, amount ...
    roles: dict[str, str] = field(default_factory=dict)

    def columns(self, *roles: str) -> list[str]:
        return [name for name, role in self.roles.items() if role in roles]

    @property
    def texts(self) -> Texts:
        return {name: table.text for name, table in self.files.items()}


def as_csv(rows: Iterable[Iterable[str]], delimiter: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return out.getvalue()


def catalogue(name: str) -> dict[str, dict[str, str]]:
    """A table of the catalogue by its first column."""
    with (CATALOGUE / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return {next(iter(row.values())): row for row in csv.DictReader(stream)}


MEASURES = catalogue("measures")
INDICATORS = {
    name: row | catalogue("indicator_definition")[name] for name, row in catalogue("indicator_computation").items()
}
AGES = {name: (int(one["age_min"]), int(one["age_max"])) for name, one in catalogue("age_groups").items()}


def in_code(code: str, ranges: str) -> bool:
    """Whether an ICD-10 code lies in `X85-Y09;Y871`."""
    for part in ranges.split(";"):
        low, _, high = part.partition("-")
        if low <= code[: len(low)] <= (high or low):
            return True
    return False
