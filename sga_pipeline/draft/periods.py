"""Periods and age bands as sources write them, turned into the form of the shapes."""

from __future__ import annotations

import re

from sga_pipeline.draft.column import Column
from sga_pipeline.draft.text import plain
from sga_pipeline.draft.word_lists import missing_words
from sga_pipeline.draft.yaml_text import pairs

_WHOLE = re.compile(r"[0-9]{4}(-Q[1-4]|-(0[1-9]|1[0-2]))?")
_OPEN = re.compile(r"\d\s*\+|\b(more|over|older|above|mas|mais|plus|старше|et plus)\b|\by más\b")
_UNDER = re.compile(r"\b(under|menos|menores|moins|младше|less)\b")


def period_map(column: Column) -> tuple[list[str], str]:
    """Steps that bring a column of periods into form, and words about it."""
    values = [value for value, _ in column.values]
    if all(_WHOLE.fullmatch(value) for value in values):
        return [], ""
    if all(re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value) for value in values):
        return ["slice: {start: 1, length: 7}"], "; year and month of it"
    table = {}
    for value in sorted(values):
        if found := re.fullmatch(r"((?:19|20)[0-9]{2})[-/]?(0?[1-9]|1[0-2])", value):
            table[value] = f"{found[1]}-{int(found[2]):02}"
        elif found := re.fullmatch(r"((?:19|20)[0-9]{2})[-/ ]?[QT]([1-4])", value):
            table[value] = f"{found[1]}-Q{found[2]}"
        elif re.fullmatch(r"[0-9]{4}", value):
            table[value] = value
        else:
            return ['extract: "([0-9]{4})"'], "; only the year is taken"
    return [f"recode: {{values: {pairs(table)}, otherwise: reject}}"], "; each is written in full"


def age_bands(values: list[str]) -> dict[str, str]:
    """A band for each value; one that cannot be read stays a blank."""
    bands = {}
    for value in values:
        figures = [int(one) for one in re.findall(r"\d{1,3}", value)]
        text = plain(value)
        if re.fullmatch(r"Y[0-9]+T[0-9]+|Y_GE[0-9]+|Y[0-9]+|_T|_U", value):
            bands[value] = value
        elif value.lower() in missing_words():
            bands[value] = "_U"
        elif text in {"total", "all", "all ages", "todos", "todas", "ensemble", "всего", "t"}:
            bands[value] = "_T"
        elif len(figures) == 2 and figures[0] < figures[1]:
            bands[value] = f"Y{figures[0]}T{figures[1]}"
        elif len(figures) == 1 and (_OPEN.search(value.lower()) or _OPEN.search(text)):
            bands[value] = f"Y_GE{figures[0]}"
        elif len(figures) == 1 and _UNDER.search(text) and figures[0] > 0:
            bands[value] = f"Y0T{figures[0] - 1}" if figures[0] > 1 else "Y0"
        else:
            bands[value] = "TODO: a band such as Y15T29 or Y_GE60, or _U"
    return bands
