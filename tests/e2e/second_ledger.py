"""Rows of the made-up city's police that were set aside, read a second time from their text: what they may have belonged to."""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

from tests.e2e.second_implementation import CITY, MEASURES, OF_EVENTS, WHOLE, Cell, Cells, Second, belongs, may_belong

# Columns of a police file, in their order: number, day, hour, day reported, code, place, district, latitude, longitude, cleared.
CODE, DISTRICT = 4, 6
OFFENCES = Path(__file__).resolve().parents[2] / "contracts/cities/xx_port_alder/feeds/mappings/offences.csv"


def lost_incidents(home: Path) -> Iterator[tuple[str, str | None, dict[str, Any]]]:
    """Month of the file, district, and offence, of every line set aside; what a cut line lacks is unknown."""
    with OFFENCES.open(encoding="utf-8", newline="") as stream:
        known = {one["local"]: one["iccs_code"] for one in csv.DictReader(stream)}
    for file in sorted((home / "quarantine" / "xx_port_alder" / "police_incidents").glob("*.parquet")):
        for text in pl.read_parquet(file)["raw"]:
            cells = text.split(";")
            whole = len(cells) == 10
            code = known.get(cells[CODE].strip().upper(), "_U") if whole else "_U"
            area = f"d{cells[DISTRICT].strip().zfill(2)}" if whole and cells[DISTRICT].strip() else None
            row = {"iccs_code": code, "weapon": "_U", "relation": "_U", "situation": "_U", "location_type": "_U"}
            yield "-".join(file.name.split("-")[:2]), area, row


class SecondWithLosses(Second):
    """How much of what may belong to a figure is not known to: left open, set aside, or without a district."""

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self.lost: dict[str, Cells] = {name: defaultdict(float) for name in MEASURES}
        self.lost_without_district: dict[str, Cells] = {name: defaultdict(float) for name in MEASURES}
        self._count_lost()

    def _count_lost(self) -> None:
        for month, area, row in lost_incidents(self.home):
            year, quarter = month[:4], f"{month[:4]}-Q{(int(month[5:]) + 2) // 3}"
            for name, one in MEASURES.items():
                if one["shape"] != "crime_events" or not (belongs(one, row) or may_belong(one, row, False)):
                    continue
                for period in (month, quarter, year):
                    self.lost[name][CITY, period, *WHOLE] += 1
                    if area in self.districts:
                        self.lost[name][str(area), period, *WHOLE] += 1
                    else:
                        self.lost_without_district[name][CITY, period, *WHOLE] += 1

    def loss(self, indicator: dict[str, str], cell: Cell) -> float:
        """Of what may belong to a rate, share, ratio or count, the greatest share that may as well not."""
        area, period, sex, age, dimension, code = cell
        found = 0.0
        for part in ("numerator", "denominator"):
            for name in indicator[part].split(";"):
                measure = MEASURES.get(name)
                if measure is None or not (self.counts[name] or self.possible[name]):
                    continue
                is_base = part == "denominator" and dimension in OF_EVENTS
                place = (area, period, *WHOLE) if is_base else (area, period, sex, age, dimension, code)
                may, sure = self.possible[name].get(place, 0.0), self.counts[name].get(place, 0.0)
                share = self._lacking(name, period, may + sure) if area != CITY else 0.0
                may += self.lost[name].get((area, period, *WHOLE), 0.0)
                share += may / (may + sure) if may else 0.0
                share += 0.0 if is_base else self._share_of_unknown_people(name, cell)
                found = max(found, min(1.0, share))
                break
        return found

    def _lacking(self, name: str, period: str, number: float) -> float:
        """Of a district's cell of this size, the share that those without a district may add to it, but for a chance of one in a thousand."""
        city = (CITY, period, *WHOLE)
        nowhere = self.unplaced[name].get(city, 0.0) + self.lost_without_district[name].get(city, 0.0)
        everywhere = self.counts[name].get(city, 0.0) + self.possible[name].get(city, 0.0)
        everywhere += self.lost_without_district[name].get(city, 0.0)
        if not nowhere:
            return 0.0
        share = nowhere / everywhere
        if share == 1 or not number:
            return share
        expected = number * nowhere / (everywhere - nowhere)
        most = min(nowhere, expected + 3 * math.sqrt(expected))
        return max(share, most / (number + most))

    def _share_of_unknown_people(self, name: str, cell: Cell) -> float:
        """Of a year: people of unknown sex are some of each, and so with ages and other groups."""
        area, period, sex, age, dimension, code = cell
        whole = self.counts[name].get((area, period, *WHOLE), 0.0)
        unknown = 0.0
        if sex not in ("_T", "_U"):
            unknown += self.counts[name].get((area, period, "_U", "_T", "", ""), 0.0)
        if age not in ("_T", "_U"):
            unknown += self.counts[name].get((area, period, "_T", "_U", "", ""), 0.0)
        if dimension and code != "_U":
            unknown += self.counts[name].get((area, period, "_T", "_T", dimension, "_U"), 0.0)
        return unknown / whole if whole else 0.0
