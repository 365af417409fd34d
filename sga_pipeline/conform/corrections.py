"""Applies a city's corrections to typed rows, in SQL, and reports which of them met their rows, how often, and where."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import polars as pl

from sga_pipeline.conform.outcome import Outcome
from sga_pipeline.conform.sql_text import literal, name
from sga_pipeline.contracts.assessment import FeedPlan
from sga_pipeline.contracts.corrections import Correction

# Which corrections named a row: their numbers, each with + where it was applied and - where the source says something else.
MARKS = "_marks"
_TEXT, _MET = "_text_", "_met_"


def corrected_sql(
    typed: str,
    corrections: Sequence[Correction],
    types: dict[str, str],
    bits: dict[str, int],
    unmapped: dict[str, str],
    unreadable: str,
) -> str:
    """Rows with corrections applied, all of them against the row as the source has it, so that none depends on another.

    `typed` must have, for each corrected column that is read as text, its text as a further column (see `text_column`).
    """
    met = ", ".join(
        f"{_met(one, types, text_column(one.column) if one.column in bits else None)} as {_MET}{number}"
        for number, one in enumerate(corrections)
    )
    replaced = [
        f"case {' '.join(_when(number, _value(one, types)) for number, one in mine)} else {name(column)} end as {name(column)}"
        for column, mine in _by_column(corrections).items()
    ]
    # What was unreadable or without a mapping is so no longer.
    cleared = " | ".join(
        f"(case when {_applied(mine)} then {bits[column]} else 0 end)"
        for column, mine in _by_column(corrections).items()
        if column in bits
    )
    if cleared:
        replaced.append(f"({name(unreadable)} & ~(({cleared})::ubigint)) as {name(unreadable)}")
    for column, mine in _by_column(corrections).items():
        if column in unmapped:
            replaced.append(
                f"case when not ({_applied(mine)}) then {name(unmapped[column])} end as {name(unmapped[column])}"
            )
    marks = ", ".join(f"case {_MET}{n} when 1 then '{n}+' when 0 then '{n}-' end" for n in range(len(corrections)))
    helpers = [f"{_MET}{number}" for number in range(len(corrections))]
    helpers += [name(text_column(column)) for column in _by_column(corrections) if column in bits]
    return (
        f"select * exclude ({', '.join(helpers)}) replace ({', '.join(replaced)}), nullif(concat_ws(' ', {marks}), '') as {MARKS}"
        f" from (select *, {met} from ({typed}))"
    )


def text_column(column: str) -> str:
    return f"{_TEXT}{column}"


def _by_column(corrections: Sequence[Correction]) -> dict[str, list[tuple[int, Correction]]]:
    found: dict[str, list[tuple[int, Correction]]] = {}
    for number, one in enumerate(corrections):
        found.setdefault(one.column, []).append((number, one))
    return found


def _met(one: Correction, types: dict[str, str], text: str | None) -> str:
    """1 where the row is the one named and says what is expected, 0 where it says something else, null elsewhere."""
    row = " and ".join(f"{name(key)} = cast({literal(value)} as {types[key]})" for key, value in one.row.items())
    column = name(one.column)
    if one.expect is None:
        expected = f"{column} is null" + (f" and {name(text)} is null" if text else "")
    else:
        expected = f"coalesce({column} = try_cast({literal(one.expect)} as {types[one.column]}), false)"
        if text:
            expected += f" or coalesce({column} is null and {name(text)} = {literal(one.expect)}, false)"
    return f"case when {row} then case when {expected} then 1 else 0 end end"


def _value(one: Correction, types: dict[str, str]) -> str:
    return "null" if one.value is None else f"cast({literal(one.value)} as {types[one.column]})"


def _when(number: int, then: str) -> str:
    return f"when {_MET}{number} = 1 then {then}"


def _applied(mine: Sequence[tuple[int, Correction]]) -> str:
    return " or ".join(f"coalesce({_MET}{number} = 1, false)" for number, _ in mine)


def count_met(chunk: pl.DataFrame, plan: FeedPlan, outcome: Outcome) -> None:
    """Add up, for each correction, the rows it was applied to and those where the source no longer says what was expected."""
    for marks, rows in _marks(chunk):
        for mark in marks:
            counts = outcome.corrections.setdefault(plan.corrections[int(mark[:-1])].id, [0, 0])
            counts[0 if mark.endswith("+") else 1] += rows


def note_places(good: pl.DataFrame, plan: FeedPlan, outcome: Outcome) -> None:
    """Where corrected rows that are kept are now, and where they were before: figures of both rest on the correction."""
    columns = [one for one in ("area_id", plan.shape.time_column) if one and plan.shape.column(one)]
    found = set(outcome.corrected)
    for row in good.filter(pl.col(MARKS).is_not_null()).select(MARKS, *columns).iter_rows(named=True):
        applied = [plan.corrections[int(mark[:-1])] for mark in row[MARKS].split() if mark.endswith("+")]
        # The row as the source has it: what was corrected is there as it was expected to be.
        before = row | {
            one.column: _marked(one.expect, plan) if one.column == "area_id" else one.expect for one in applied
        }
        if applied:
            found |= {place for one in (row, before) for place in _places(one, plan)}
    outcome.corrected = sorted(found)


def _marked(code: str | None, plan: FeedPlan) -> str | None:
    """A code of another system as it is in rows that were not yet brought to the city's own."""
    return f"{plan.crosswalk.id}:{code}" if plan.crosswalk and code else code


def _places(row: dict[str, Any], plan: FeedPlan) -> Iterator[tuple[str, str]]:
    """Areas, and period: a month of a day; a period or year as it is."""
    time = str(row.get(plan.shape.time_column or "") or "")
    area, mark = str(row.get("area_id") or plan.extent), f"{plan.crosswalk.id}:" if plan.crosswalk else None
    if plan.crosswalk and mark and area.startswith(mark):
        areas = [code for code, _ in plan.crosswalk.find(area.removeprefix(mark))]
    else:
        areas = [area]
    for one in areas:
        yield one, time[:7] if len(time) == 10 else time


def _marks(chunk: pl.DataFrame) -> list[tuple[list[str], int]]:
    counted = chunk.get_column(MARKS).drop_nulls().value_counts()
    return [(str(marks).split(), int(rows)) for marks, rows in counted.iter_rows()]
