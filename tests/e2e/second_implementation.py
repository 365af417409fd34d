"""A city's figures worked out a second time, in plain Python from the conformed rows. It shares no code with the project."""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

CITY, COUNTRY = "XX-PA", "XX"
CATALOGUE = Path(__file__).resolve().parents[2] / "contracts" / "catalogue"
Cell = tuple[str, str, str, str, str, str]  # area, period, sex, age, dimension, code
Cells = dict[Cell, float]
WHOLE = ("_T", "_T", "", "")
OF_EVENTS = {"location_type", "exploitation"}
# The feed of victims names the offences that it is complete for; a record of another one is none of these.
CODES_NAMED = {"crime_victims"}


def table(name: str) -> list[dict[str, str]]:
    with (CATALOGUE / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


GROUPS = [(one["age_group"], one["scheme"], int(one["age_min"]), int(one["age_max"])) for one in table("age_groups")]
MEASURES = {one["measure_id"]: one for one in table("measures")}
INDICATORS = {
    one["indicator_id"]: one | two | three
    for one, two, three in zip(
        table("indicator_definition"), table("indicator_computation"), table("indicator_publication"), strict=True
    )
}


def band(text: str | None) -> tuple[int, int] | None:
    if text in (None, "_T", "_U"):
        return None
    assert text is not None
    if text.startswith("Y_GE"):
        return int(text[4:]), 999
    low, _, high = text[1:].partition("T")
    return int(low), int(high or low)


def in_code(code: str | None, ranges: str) -> bool:
    """Whether an ICD-10 code lies in `X85-Y09;Y871`."""
    for part in ranges.split(";"):
        low, _, high = part.partition("-")
        if code and low <= code[: len(low)] <= (high or low):
            return True
    return False


def belongs(measure: dict[str, str], row: dict[str, Any]) -> bool:
    if measure["iccs_code"] and not any(
        str(row.get("iccs_code") or "").startswith(one) for one in measure["iccs_code"].split(";")
    ):
        return False
    if measure["icd10"] and not in_code(row.get("icd10"), measure["icd10"]):
        return False
    for name in ("cause_group", "topic", "unit_counted", "weapon", "relation", "situation", "location_type"):
        if measure[name] and row.get(name) not in measure[name].split(";"):
            return False
    return not measure["cleared"] or str(row.get("cleared")).lower() == measure["cleared"]


def may_belong(measure: dict[str, str], row: dict[str, Any], codes_are_named: bool) -> bool:
    """Whether what a record leaves open is all that keeps it from belonging."""
    filled = dict(row)
    for name in ("iccs_code", "icd10", "weapon", "relation", "situation", "location_type", "cause_group", "cleared"):
        is_code = name in ("iccs_code", "icd10")
        if measure[name] and row.get(name) in (None, "_U") and not (is_code and codes_are_named):
            filled[name] = measure[name].split(";")[0].split("-")[0]
    return not belongs(measure, row) and belongs(measure, filled)


class Second:
    """The conformed rows, counted again."""

    def __init__(self, home: Path) -> None:
        self.home = home
        areas = self.rows("areas")
        self.districts = sorted(one["area_id"] for one in areas)
        self.size = {one["area_id"]: one["area_km2"] for one in areas}
        self.size[CITY] = math.fsum(self.size.values())
        self.people: Cells = defaultdict(float)
        self.counts: dict[str, Cells] = {name: defaultdict(float) for name in MEASURES}
        self.possible: dict[str, Cells] = {name: defaultdict(float) for name in MEASURES}
        # Records that have no district, also where nobody knows what they were.
        self.unplaced: dict[str, Cells] = {name: defaultdict(float) for name in MEASURES}
        self._count_people()
        for shape in ("crime_events", "crime_victims", "deaths", "health_counts"):
            self._count_records(shape)
        self._count_quantities()

    def rows(self, shape: str) -> list[dict[str, Any]]:
        files = sorted((self.home / "conformed" / shape / "city_id=xx_port_alder").rglob("*.parquet"))
        return [row for file in files for row in pl.read_parquet(file).to_dicts()]

    def _count_people(self) -> None:
        for row in self.rows("population"):
            low, high = band(row["age_group"]) or (0, 0)
            for area in {row["area_id"], CITY} if row["area_id"] in self.districts else {row["area_id"]}:
                for sex in ("_T", row["sex"]):
                    for age in ("_T", *(name for name, _, first, last in GROUPS if first <= low and high <= last)):
                        self.people[area, str(row["year"]), sex, age, "", ""] += row["persons"]

    def _count_records(self, shape: str) -> None:
        mine = [(name, one) for name, one in MEASURES.items() if one["shape"] == shape]
        seen: dict[tuple[Any, ...], tuple[list[str], list[str]]] = {}
        codes_are_named = shape in CODES_NAMED
        keyed = ("iccs_code", "icd10", "topic", "weapon", "relation", "situation", "location_type", "cleared")
        for row in self.rows(shape):
            key = tuple(row.get(name) for name in keyed)
            if key not in seen:
                seen[key] = (
                    [name for name, one in mine if belongs(one, row)],
                    [name for name, one in mine if may_belong(one, row, codes_are_named)],
                )
            sure, possible = seen[key]
            if not sure and not possible:
                continue
            number = row.get("count", 1)
            if shape != "health_counts" and row["area_id"] not in self.districts:
                for cell in self._cells(shape, row, CITY):
                    if cell[2:] == WHOLE:
                        for name in (*sure, *possible):
                            self.unplaced[name][cell] += number
            for area in {row["area_id"], CITY} if row["area_id"] in self.districts else {CITY}:
                for cell in self._cells(shape, row, area):
                    for name in sure:
                        self.counts[name][cell] += number
                    for name in possible:
                        self.possible[name][cell] += number

    def _cells(self, shape: str, row: dict[str, Any], area: str) -> Iterator[Cell]:
        day = row.get("occurred_on") or row.get("died_on")
        year = str(day.year) if day else row["period"]
        yield area, year, *WHOLE
        if day:
            yield area, f"{day.year}-Q{(day.month + 2) // 3}", *WHOLE
            yield area, f"{day.year}-{day.month:02d}", *WHOLE
        if shape not in ("crime_victims", "deaths"):
            return
        ages = (
            ["_U"]
            if row["age"] is None
            else [
                name
                for name, scheme, low, high in GROUPS
                if low <= row["age"] <= high and (area == CITY or scheme != "five_year")
            ]
        )
        for sex in ("_T", row["sex"]):
            if sex != "_T":
                yield area, year, sex, "_T", "", ""
            for age in ages:
                yield area, year, sex, age, "", ""
        if shape == "crime_victims":
            for dimension in OF_EVENTS:
                yield area, year, "_T", "_T", dimension, row[dimension] or "_U"

    def _count_quantities(self) -> None:
        parts: dict[str, Cells] = defaultdict(dict)
        for row in self.rows("official_counts"):
            cell = (row["area_id"], row["period"], row["sex"], row["age_group"], "", "")
            for column in ("amount", "out_of"):
                if row[column] is not None:
                    parts[f"{row['topic']} {column}"][cell] = row[column]
        for name, one in MEASURES.items():
            if one["shape"] == "official_counts":
                topics = one["topic"].split(";")
                cells = set.intersection(*({*parts[f"{topic} {one['amount']}"]} for topic in topics))
                self.counts[name].update(
                    {cell: math.fsum(parts[f"{topic} {one['amount']}"][cell] for topic in topics) for cell in cells}
                )

    def amount(self, name: str, cell: Cell) -> float | None:
        """What a measure amounts to in a cell; None where a source of levels says nothing."""
        measure = MEASURES[name]
        area, period, sex, age, dimension, code = cell
        if measure["sex"] or measure["age_group"]:
            sex, age = measure["sex"] or sex, measure["age_group"] or age
        place = (area, period, sex, age, dimension, code)
        if measure["shape"] == "population":
            return self.people.get((area, period[:4], sex, age, "", ""))
        return self.counts[name].get(place, None if measure["shape"] == "official_counts" else 0.0)

    def is_official(self, indicator: dict[str, str]) -> bool:
        """Whether what is divided is a total of official statistics or of residents, not a count of events."""
        return MEASURES[indicator["numerator"].split(";")[0]]["shape"] in ("official_counts", "population")

    def first(self, names: str, cell: Cell) -> float:
        """The first of several measures that this city feeds."""
        for name in names.split(";"):
            if self.counts[name] or MEASURES[name]["shape"] == "population":
                found = self.amount(name, cell)
                if found is not None:
                    return found
        raise AssertionError(f"nothing feeds {names} at {cell}")

    def value(self, indicator: dict[str, str], cell: Cell) -> tuple[float, float, float]:
        """Value, numerator, denominator."""
        times = float(indicator["multiplier"])
        area, period, sex, age, dimension, _ = cell
        if indicator["kind"] == "areas_above":
            of = INDICATORS[indicator["basis"]]
            values = [self.value(of, (one, period, *WHOLE))[0] for one in self.districts]
            above = sum(one > float(indicator["threshold"]) for one in values)
            return times * above / len(values), above, len(values)
        if indicator["kind"] == "life_table":
            return self.life(indicator, area, period, sex)
        top = self.first(indicator["numerator"], cell)
        match indicator["kind"]:
            case "count":
                return times * top, top, math.nan
            case "density":
                return top / self.size[area], top, self.size[area]
            case "growth":
                before = self.first(indicator["numerator"], (area, str(int(period) - int(indicator["years"])), *WHOLE))
                return times * (top / before - 1), top, before
            case "trailing":
                years = [str(int(period) - back) for back in range(int(indicator["years"]))]
                total = math.fsum(self.first(indicator["numerator"], (area, one, *WHOLE)) for one in years)
                return total, total, math.nan
            case "representation":
                base = COUNTRY if indicator["basis"] == "country" else area
                every, people = (
                    self.first(indicator["numerator"], (area, period, *WHOLE)),
                    self.people[base, period, *WHOLE],
                )
                return top / every / (self.people[base, period, sex, age, "", ""] / people), top, every
        base = self.first(indicator["denominator"], (area, period, *WHOLE) if dimension in OF_EVENTS else cell)
        return times * top / base, top, base

    def life(self, indicator: dict[str, str], area: str, period: str, sex: str) -> tuple[float, float, float]:
        """Person-years lived by 100,000 newborns, group after group."""
        alive, lived, deaths, people = 100_000.0, 0.0, 0.0, 0.0
        for name, scheme, low, high in sorted(GROUPS, key=lambda one: one[2]):
            if scheme != "five_year":
                continue
            died, at_risk = (
                self.first(indicator["numerator"], (area, period, sex, name, "", "")),
                self.people[area, period, sex, name, "", ""],
            )
            deaths, people = deaths + died, people + at_risk
            if high == 999:
                lived += alive / (died / at_risk)
                continue
            width, through = high - low + 1, {0: 0.1, 1: 0.4}.get(low, 0.5)
            chance = width * (died / at_risk) / (1 + (1 - through) * width * (died / at_risk))
            lived += width * alive * (1 - chance) + through * width * alive * chance
            alive *= 1 - chance
        return lived / 100_000, deaths, people

    def survey(self, indicator: dict[str, str], cell: Cell) -> tuple[float, float, float]:
        _, period, sex, age, dimension, code = cell
        bounds = {name: (low, high) for name, _, low, high in GROUPS}
        weight = weight_yes = asked = yes = 0.0
        for row in self.answers:
            answers = [row[f"q_{one}"] for one in indicator["question"].split(";")]
            # Nobody is asked beyond the first no.
            answered = answers[: answers.index(False) + 1] if False in answers else answers
            if row["period"] != period or None in answered:
                continue
            answer = all(answered)
            if indicator["question_base"] and row[f"q_{indicator['question_base']}"] is not True:
                continue
            limits = [bounds[one] for one in (age, indicator["asked_age"]) if one not in ("", "_T")]
            if (
                (sex not in ("_T", row["sex"]))
                or any(not low <= row["age"] <= high for low, high in limits)
                or (dimension and row[dimension] != code)
            ):
                continue
            weight, weight_yes = weight + row["weight"], weight_yes + row["weight"] * answer
            asked, yes = asked + 1, yes + answer
        return 100 * weight_yes / weight, yes, asked

    @property
    def answers(self) -> list[dict[str, Any]]:
        if not hasattr(self, "_answers"):
            self._answers = self.rows("survey_answers")
        return self._answers


def wilson(part: float, whole: float, side: int) -> float:
    z = 1.959963984540054
    centre, half = part + z * z / 2, z * math.sqrt(part * (whole - part) / whole + z * z / 4)
    return max(0.0, 100 * (centre + side * half) / (whole + z * z))


def bases_differ(one: str | None, other: str | None) -> bool:
    """Whether figures on two bases of residents, such as `census of 2020` and `estimate based on 2020`, are not comparable."""
    if one is None or other is None or one == other:
        return False
    (method, *words), (other_method, *other_words) = one.split(), other.split()
    if method == other_method and words[:1] == other_words[:1] == ["of"]:
        return False
    rest_on_one_year = [method, *words][-1] == [other_method, *other_words][-1]
    return not (rest_on_one_year and (method == other_method or "census" in (method, other_method)))


def is_slip(before: float, value: float, after: float) -> bool:
    """Whether a value between two that agree is 10, 100 or 1000 times both, or such a part of them."""
    if min(before, value, after) <= 0 or max(before, after) > 1.5 * min(before, after):
        return False
    orders = math.log10(value / math.sqrt(before * after))
    return round(abs(orders)) in (1, 2, 3) and abs(orders - round(orders)) < 0.1
