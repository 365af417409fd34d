"""What an indicator may be in a cell, from rows read a second time; no value where more than two in a hundred are lost: of rows, or of what they count."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import product

from tests.campaign.model import AGES, CITY, DISTRICTS, INDICATORS, KM2, MEASURES, Feed, Texts, in_code
from tests.campaign.reading import KEYS, Row, read
from tests.campaign.tables import BANDS

LOSS = 0.02
Cell = tuple[str, str, str, str]  # area, period, sex, age
PLACED = {"area_id", "sex", "age_group"}
PARTS = {"_T": ("F", "M", "_U")}


@dataclass
class Reading:
    """A feed's rows, and what they add up to."""

    feed: Feed
    texts: Texts

    @cached_property
    def rows(self) -> list[Row]:
        return read(self.feed.contract, self.texts)

    @property
    def shape(self) -> str:
        return str(self.feed.contract["shape"])

    def amounts(self, measure: dict[str, str], cell: Cell) -> set[float]:
        """What a measure may amount to in a cell."""
        if self.shape in ("official_counts", "population"):
            return self._levels(measure["amount"], cell)
        codes = self.feed.contract.get("coverage", {}).get("codes", [])
        if measure["topic"] and codes and not {*measure["topic"].split(";")} <= {*codes}:
            return set()
        rows = [row for row in self.rows if not row.outside]
        sure = [row for row in rows if not row.lost and belongs(measure, row) is True]
        open_rows = [row for row in rows if row.lost or belongs(measure, row) is None]
        if self.shape in ("crime_counts", "health_counts"):
            return self._counts(sure, open_rows, cell)
        counted = [row for row in sure if lies_in(row, cell)]
        may = [row for row in open_rows if may_lie_in(row, cell)]
        may += [row for row in sure if may_lie_in(row, cell) and not lies_in(row, cell)]
        strays = [row for row in self.rows if row.outside and row.lost != "repeated" and may_lie_in(row, cell)]
        return {float(len(counted))} if is_little(len(may) + (0 if counted else len(strays)), len(counted)) else set()

    def _levels(self, column: str, cell: Cell) -> set[float]:
        """The row of the cell itself, or else the sum of its parts where all are there."""
        area, period, sex, age = cell
        own = self._level_rows(column, cell)
        by_area = [self._levels(column, (one, period, sex, age)) for one in DISTRICTS] if area == CITY else []
        if sex == "_U":
            by_area = [part for part in by_area if part]
        by_sex = [self._levels(column, (area, period, one, age)) for one in ("F", "M")] if sex == "_T" else []
        by_age = [self._levels(column, (area, period, sex, one)) for one in BANDS] if age == "_T" == sex else []
        ways = [parts for parts in (by_area, by_sex, by_age) if parts]
        if own:
            parts = [one for way in ways for part in way for one in part]
            # A blank is a whole only where it can be: no part is more.
            return {one for one, row in own if not row.blank & PLACED or one >= max(parts, default=0.0)}
        return {one for way in ways for one in sums(way)}

    def _level_rows(self, column: str, cell: Cell) -> list[tuple[float, Row]]:
        area, period, sex, age = cell
        return [
            (row.values[column], row)
            for row in self.rows
            if not row.lost
            and not row.outside
            and column in row.values
            and (row.values.get("area_id") or CITY) == area
            and row.period == period
            and row.values.get("sex", "_U" if "sex" in row.blank else "_T") == sex
            and row.values.get("age_group", "_U" if "age_group" in row.blank else "_T") == age
        ]

    def _counts(self, sure: list[Row], lost: list[Row], cell: Cell) -> set[float]:
        area, period, sex, age = cell
        if age != "_T":
            return set()
        index: dict[tuple[str, str, str], float] = defaultdict(float)
        blank = set()
        for row in sure:
            key = (
                row.area or (CITY if "area_id" in row.blank else "nowhere"),
                str(row.period),
                row.values.get("sex", "_T"),
            )
            index[key] += row.values["count"]
            if row.blank & {"area_id", "sex"}:
                blank.add(key)
        amount = Adding(index, blank).up(area, period, sex)
        may = [row for row in lost if may_lie_in(row, cell)]
        unclear = [row for row in sure if row.values.get("sex") == "_U" and sex != "_T"]
        unclear += [row for row in sure if row.area is None and "area_id" not in row.blank]
        may += [row for row in unclear if may_lie_in(row, cell)]
        # How many a row counts is as good as unlimited where nobody can read it.
        much = sum(row.values.get("count", math.inf) for row in may)
        return {amount} if is_little(much, amount) or (area, period, sex) in index else set()

    def shares(self, question: str, asked_age: str, cell: Cell) -> set[float]:
        """The weighted share of yes in percent."""
        area, period, sex, age = cell
        limits = [AGES[one] for one in (age, asked_age) if one not in ("", "_T")]
        may, weight, yes, asked = 0, 0.0, 0.0, 0
        for row in self.rows:
            said = row.values
            there = area == CITY or said.get("area_id") == area
            fits = (
                there
                and row.period == period
                and sex in ("_T", said.get("sex", "_U"))
                and all("age" in said and low <= said["age"] <= high for low, high in limits)
            )
            if row.lost == "repeated":
                continue
            if row.lost:
                may += may_lie_in(row, (area, period, sex, "_T"))
            elif fits and f"q_{question}" in said:
                weight, yes = weight + said["weight"], yes + said["weight"] * said[f"q_{question}"]
                asked += 1
        return {100 * yes / weight} if weight and is_little(may, asked) else set()

    def said(self, indicator: str, cell: Cell) -> set[float]:
        rows = self._level_rows("value", cell)
        return {one for one, row in rows if row.values.get("indicator_id") == indicator}


@dataclass
class Adding:
    """Counts by area, period and sex: the row of a whole where there is one, or else what its parts add up to."""

    index: dict[tuple[str, str, str], float]
    # Where the area or the sex is blank: a whole if it is not less than its parts, and else one part more.
    blank: set[tuple[str, str, str]]

    def up(self, area: str, period: str, sex: str) -> float:
        amount = sum(self.up(*one) for one in self.parts(area, period, sex))
        own = self.index.get((area, period, sex))
        if own is None:
            return amount
        return amount + own if (area, period, sex) in self.blank and own < amount else own

    def parts(self, area: str, period: str, sex: str) -> Iterable[tuple[str, str, str]]:
        periods = self.periods_below(period)
        if periods:
            return [(area, one, sex) for one in periods]
        if area == CITY:
            return [(one, period, sex) for one in DISTRICTS]
        return [(area, period, one) for one in PARTS.get(sex, ())]

    def periods_below(self, period: str) -> list[str]:
        if len(period) == 4:
            if any(key[1].startswith(f"{period}-0") or key[1].startswith(f"{period}-1") for key in self.index):
                return [f"{period}-{month:02d}" for month in range(1, 13)]
            return [
                f"{period}-Q{one}" for one in range(1, 5) if any(key[1] == f"{period}-Q{one}" for key in self.index)
            ]
        if "Q" in period:
            first = 3 * int(period[-1]) - 2
            return [f"{period[:4]}-{month:02d}" for month in range(first, first + 3)]
        return []


def is_little(may: float, counted: float) -> bool:
    return may == 0 or (may < math.inf and may / (may + counted) <= LOSS)


def sums(parts: Iterable[set[float]]) -> set[float]:
    return {sum(one) for one in product(*parts)}


def belongs(measure: dict[str, str], row: Row) -> bool | None:
    """None where what is unknown decides."""
    answers: list[bool | None] = []
    if measure["iccs_code"]:
        code = str(row.values.get("iccs_code", "_U"))
        answers.append(None if code == "_U" else any(code.startswith(one) for one in measure["iccs_code"].split(";")))
    if measure["icd10"]:
        code = str(row.values.get("icd10", "_U"))
        answers.append(None if code == "_U" else in_code(code, measure["icd10"]))
    if measure["weapon"]:
        tag = row.values.get("weapon", "_U")
        answers.append(None if tag == "_U" else tag in measure["weapon"].split(";"))
    if measure["topic"]:
        answers.append(row.values.get("topic") in measure["topic"].split(";"))
    return False if False in answers else None if None in answers else True


def within(period: str, wider: str) -> bool:
    """Whether a month or quarter lies in a quarter or year."""
    if len(wider) == 4:
        return period[:4] == wider
    if "Q" in wider and len(period) == 7 and "Q" not in period:
        return period[:4] == wider[:4] and (int(period[5:]) + 2) // 3 == int(wider[-1])
    return period == wider


def lies_in(row: Row, cell: Cell) -> bool:
    area, period, sex, age = cell
    low, high = AGES.get(age, (0, 999))
    return (
        (row.area == area or (area == CITY and (row.area is not None or "area_id" in row.blank)))
        and row.period is not None
        and within(row.period, period)
        and sex in ("_T", row.values.get("sex", "_U"))
        and (age == "_T" or ("age" in row.values and low <= row.values["age"] <= high))
    )


def may_lie_in(row: Row, cell: Cell) -> bool:
    """Whether nothing that is known of a row keeps it out of a cell."""
    area, period, sex, age = cell
    low, high = AGES.get(age, (0, 999))
    when = row.period
    return (
        (area == CITY or row.area in (None, CITY, area))
        and (within(when, period) or within(period, when) if when else not row.latest or period[:4] <= row.latest)
        and (sex == "_T" or row.values.get("sex", sex) in (sex, "_T", "_U"))
        and low <= row.values.get("age", low) <= high
    )


def possible_values(indicator: str, cell: Cell, own: Reading, people: Iterable[Reading]) -> set[float]:
    """What the indicator may be, from its feed read this way and residents read in any of these ways."""
    row = INDICATORS[indicator]
    times = float(row["multiplier"])
    if own.shape == "observations":
        return own.said(indicator, cell)
    if own.shape == "survey_answers":
        return own.shares(row["question"], row["asked_age"], cell)
    tops: set[float] = set()
    for name in row["numerator"].split(";"):
        if MEASURES[name]["shape"] == own.shape:
            tops = own.amounts(MEASURES[name], cell)
            break
    if row["kind"] == "density":
        return {top / (KM2 * (len(DISTRICTS) if cell[0] == CITY else 1)) for top in tops}
    if row["kind"] == "count":
        return {times * top for top in tops}
    below = MEASURES[row["denominator"]]
    yearly = (cell[0], cell[1][:4], cell[2], cell[3])
    bases: set[float] = set()
    for one in people if below["shape"] == "population" else [own]:
        bases |= one.amounts(below, yearly if below["shape"] == "population" else cell)
    return {times * top / base for top in tops for base in bases if base}


__all__ = ["KEYS", "Cell", "Reading", "possible_values"]
