"""Decides what each column may mean, from its name and from its values; each meaning is given to one column."""

from __future__ import annotations

import re

from sga_pipeline.draft.column import Column
from sga_pipeline.draft.privacy import mark_private
from sga_pipeline.draft.text import plain
from sga_pipeline.draft.word_lists import code_of, values_of

_ICD = re.compile(r"[A-TV-Z][0-9]{2}(\.?[0-9A-Z]{1,2})?")
_AGE_BAND = re.compile(
    r"(?i)\D*\d{1,3}\s*(-|–|a|to|à|até|t|y)\s*\d{1,3}\D*|y?_?(ge)?\d{1,3}\s*\+?|y_ge\d+|.*(\d\s*\+|over|más|mas|more|плюс|старше|plus|mais).*"
)
_DATED = {"event_date", "death_date", "report_date"}
# Meanings of which a table may have several columns; the shape takes the best of them.
_SEVERAL = {"area", "area_name"}
DIGITS = re.compile(r"-?[0-9]+([.,][0-9]+)?")


def give_meanings(columns: list[Column]) -> None:
    """Fill `meaning`, `why` and `private` of every column."""
    claims: list[tuple[float, int, str, str]] = []
    for column in columns:
        mark_private(column)
        if not column.private:
            claims += [(score, column.place, meaning, why) for meaning, score, why in _claims(column)]
    by_place = {column.place: column for column in columns}
    taken: set[str] = set()
    for _, place, meaning, why in sorted(claims, key=lambda one: (-one[0], one[1], one[2])):
        column = by_place[place]
        if column.meaning or (meaning in taken and meaning not in _SEVERAL):
            continue
        column.meaning, column.why = meaning, why
        taken.add(meaning)


def _claims(column: Column) -> list[tuple[str, float, str]]:
    """Meanings the values do not contradict, with what supports them."""
    claims = []
    for meaning, score, why in column.meanings:
        verdict = _by_values(meaning, column)
        if verdict is not None:
            more, words = verdict
            claims.append((meaning, score + more, f"{why}{'; ' + words if words else ''}"))
    claimed = {meaning for meaning, _, _ in claims}
    texts = column.values
    total = sum(count for _, count in texts)
    sexes = sum(count for value, count in texts if code_of("sex", value))
    words_of_sex = {code_of("sex", value) for value, _ in texts} & {"F", "M"}
    if "sex" not in claimed and column.distinct <= 8 and len(words_of_sex) == 2 and sexes > total * 0.95:
        claims.append(("sex", 2.0, f"all {column.distinct} values are words for sexes"))
    if "cause" not in claimed and column.distinct > 3 and _share(texts, _ICD) > 0.9:
        claims.append(("cause", 1.2, "its values look like ICD-10 codes"))
    if (
        "geometry" not in claimed
        and texts
        and _share(texts[:200], re.compile(r"(?is)(multi)?(polygon|point)\s*\(.*")) > 0.8
    ):
        claims.append(("geometry", 3.0, "its values are shapes on a map (WKT)"))
    if (
        any(meaning == "age" for meaning, _, _ in column.meanings)
        and not claimed & {"age", "age_group"}
        and _share(texts, _AGE_BAND) > 0.7
    ):
        claims.append(("age_group", 2.0, "its name says age and its values are bands"))
    if column.dates and not claimed & _DATED:
        claims.append(("event_date", 0.6, "its values are dates"))
    return claims


def _share(values: list[tuple[str, int]], pattern: re.Pattern[str]) -> float:
    total = sum(count for _, count in values)
    return sum(count for value, count in values if pattern.fullmatch(value)) / total if total else 0.0


def _by_values(meaning: str, column: Column) -> tuple[float, str] | None:
    """None where the values contradict a meaning; else how much they support it, and how."""
    numbers, values = column.numbers, column.values
    if not values:
        return (-1.0, "it is empty")
    if meaning in _DATED:
        if column.dates:
            return (1.0, column.dates.why)
        years = numbers is not None and numbers.whole and numbers.low >= 1900 and numbers.high <= 2100
        return (-0.5, "its values are years") if years and not column.dates else None
    if column.dates and meaning not in {"period", "hour", "event_id", "year"}:
        return None
    if meaning == "sex":
        known = sum(bool(code_of("sex", value)) for value, _ in values)
        return (
            (1.0, "")
            if column.distinct <= 12 and known >= min(2, column.distinct)
            else (0.0, "codes without words")
            if column.distinct <= 6
            else None
        )
    if meaning == "age":
        fits = numbers is not None and numbers.whole and numbers.low >= 0 and numbers.middle <= 110
        return (0.5, f"{numbers.why}, the middle one {numbers.middle:.0f}") if fits and numbers else None
    if meaning == "age_group":
        return (0.5, "") if column.distinct <= 150 and (numbers is None or column.distinct <= 30) else None
    if meaning == "year":
        fits = numbers is not None and numbers.whole and numbers.low >= 1900 and numbers.high <= 2100
        return (0.5, "") if fits else None
    if meaning == "month":
        words = sum(code_of("month", value) is not None for value, _ in values)
        ones = numbers is not None and numbers.whole and numbers.low >= 1 and numbers.high <= 12
        return (0.5, "") if ones or words >= len(values) * 0.9 else None
    if meaning == "period":
        periods = sum(
            bool(re.fullmatch(r"(19|20)[0-9]{2}([-/]?(0?[1-9]|1[0-2])([-/][0-9]{2})?|[-/ ]?[QT][1-4])?", value))
            for value, _ in values
        )
        return (0.5, "") if periods > len(values) * 0.9 else None
    if meaning == "hour":
        times = sum(bool(re.fullmatch(r"([01]?[0-9]|2[0-3])([:h.][0-5][0-9].*)?", value)) for value, _ in values)
        return (0.5, "") if times > len(values) * 0.9 else None
    if meaning in {"latitude", "longitude", "x", "y", "persons", "count", "amount", "out_of", "value", "weight"}:
        if numbers is None or (meaning == "count" and (not numbers.whole or column.unique)):
            return None
        return (0.5, numbers.why)
    if meaning in {"event_id", "victim_id", "death_id", "respondent"}:
        spread = column.distinct / max(column.filled, 1)
        return (
            (spread, f"{column.distinct:,} different values in {column.filled:,}")
            if spread > 0.6 and column.average_length < 60
            else None
        )
    if meaning == "cause":
        coded = _share(values, _ICD)
        return (
            (2.0, f"{coded:.0%} of its values look like ICD-10 codes")
            if coded > 0.8
            else None
            if numbers or column.distinct > 400
            else (-0.7, "it holds words, no ICD-10")
        )
    if meaning == "offence":
        free = column.distinct > 2000 or column.average_length > 120
        return (
            None
            if free or (numbers and not numbers.whole)
            else (0.3 if numbers is None else -0.3, f"{column.distinct:,} different values")
        )
    if meaning in {"area", "area_name"}:
        return (
            None
            if numbers and not numbers.whole
            else (0.2 if column.distinct > 1 else -0.5, f"{column.distinct:,} different values")
        )
    if meaning in {"cleared", "attempted"}:
        return (0.5, "") if column.distinct <= 4 and any(code_of("answer", value) for value, _ in values) else None
    if meaning == "weapon":
        return (0.2, "") if column.distinct <= 200 else None
    if meaning in {"location_type", "relation"} and column.distinct > 400:
        return None
    return (0.0, "")


def wide_months(columns: list[Column]) -> dict[str, str]:
    """Columns that are the months of a year, by month; empty where there are not at least six with numbers."""
    known = {word: code for code, words in values_of("month") for word in words}
    found: dict[str, str] = {}
    for column in columns:
        code = known.get(plain(column.name))
        if code and code not in found and (column.numbers is not None or not column.filled):
            found[code] = column.name
    return dict(sorted(found.items())) if len(found) >= 6 else {}


def wide_years(columns: list[Column]) -> list[Column]:
    """Columns that are years side by side; none where there are not at least three with numbers, or where there is also a column of years."""
    if any(column.meaning == "year" for column in columns):
        return []
    found = [one for one in columns if re.fullmatch(r"(19|20)[0-9]{2}", one.name) and not one.meaning]
    filled = [one for one in found if one.numbers is not None]
    empty = [one for one in found if one.numbers is None and set(one.values) <= set(one.missing_words)]
    return found if len(filled) >= 3 and len(filled) + len(empty) == len(found) else []
