"""Decides once for each delivery how cells are read that could mean two things: the order of dates, the sign between thousands."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations

import duckdb

from sga_pipeline.conform.number_sql import is_either, is_fraction, is_only_grouped
from sga_pipeline.conform.sql_text import literal, name
from sga_pipeline.contracts.assessment import FeedPlan
from sga_pipeline.contracts.feed import FromColumns, Joined
from sga_pipeline.contracts.steps import Date, DateTime, Number
from sga_pipeline.errors import DeliveryError

# Days whose parts differ, so that every other order of them is another day or none.
_DAYS = ("2001-02-03 04:05:06", "2012-10-11 13:14:15", "2003-02-01 00:00:00")


@dataclass(frozen=True)
class Readings:
    """How the cells of one delivery are read where its contract allows two ways."""

    # Formats of dates in use, for columns whose contract lists some that could be taken for each other.
    formats: dict[str, list[str]] = field(default_factory=dict)
    # Columns in which a sign said to stand between thousands stands before fractions: 1.234 is neither here.
    ambiguous: tuple[str, ...] = ()
    # For each rule that unreadable cells break, a cell with both its readings.
    examples: dict[str, str] = field(default_factory=dict)

    @property
    def decision(self) -> str:
        """The same decision reads the same text alike; empty where there was nothing to decide."""
        return json.dumps([self.formats, self.ambiguous]) if self.formats or self.ambiguous else ""


@dataclass(frozen=True)
class _Dates:
    """A column of dates and those of its formats that could be taken for each other."""

    column: str
    step: Date | DateTime
    alike: list[str]

    @property
    def text(self) -> str:
        return name(f"t_{self.column}")

    def day(self, form: str) -> str:
        return f"cast(try_strptime({self.text}, {literal(form)}) as date)"


@dataclass(frozen=True)
class _Grouped:
    """A column of numbers whose sign between thousands is a decimal sign elsewhere."""

    column: str
    step: Number
    # Whether a fraction would be a value of it.
    takes_fractions: bool

    @property
    def text(self) -> str:
        return name(f"t_{self.column}")


def settle_readings(con: duckdb.DuckDBPyConnection, plan: FeedPlan, texts: str) -> Readings:
    """Read the columns in question once, whole. `texts` selects the text of every column, after its steps."""
    dates, numbers = list(_dates(con, plan)), list(_numbers(plan))
    expressions = [
        *(sql for one in dates for sql in _of_dates(one)),
        *(sql for one in numbers for sql in _of_numbers(one)),
    ]
    if not expressions:
        return Readings()
    found = iter(con.execute(f"select {', '.join(expressions)} from ({texts})").fetchone() or ())
    formats = {}
    for one in dates:
        missed = [int(next(found)) for _ in one.alike]
        samples = [next(found) for _ in one.alike]
        different = {pair: next(found) for pair in combinations(one.alike, 2)}
        formats[one.column] = _in_use(one, missed, samples, different)
    ambiguous, examples = [], {}
    for number in numbers:
        proofs, fraction, both = int(next(found)), next(found), next(found)
        if fraction is not None:
            examples[f"type:{number.column}"] = _both_readings(number.step, fraction)
            if number.takes_fractions and both is not None and not proofs:
                ambiguous.append(number.column)
    return Readings(formats, tuple(ambiguous), examples)


def _dates(con: duckdb.DuckDBPyConnection, plan: FeedPlan) -> Iterator[_Dates]:
    for column, mapped in plan.feed.columns.items():
        step = mapped.steps[-1] if isinstance(mapped, FromColumns | Joined) and mapped.steps else None
        if isinstance(step, Date) or (isinstance(step, DateTime) and step.give == "date"):
            alike = {
                one for pair in combinations(dict.fromkeys(step.formats), 2) if _are_alike(con, *pair) for one in pair
            }
            if alike:
                yield _Dates(column, step, [one for one in dict.fromkeys(step.formats) if one in alike])


def _are_alike(con: duckdb.DuckDBPyConnection, one: str, other: str) -> bool:
    """Whether a day written in one format is another day in the other. Years alone in doubt (20 for 2020) are no matter of order."""
    days = ", ".join(f"timestamp '{day}'" for day in _DAYS)
    read = f"try_strptime(strftime(day, {literal(one)}), {literal(other)})"
    back = f"try_strptime(strftime(day, {literal(other)}), {literal(one)})"
    differs = " or ".join(
        f"coalesce(cast({text} as date) <> cast(day as date) and year({text}) >= 1000, false)" for text in (read, back)
    )
    found = con.execute(f"select bool_or({differs}) from (select unnest([{days}]) as day)").fetchone()
    return bool(found and found[0])


def _of_dates(one: _Dates) -> Iterator[str]:
    """Cells each format cannot read though another of them can; a cell each one reads; one that each two read differently."""
    readable = f"coalesce({', '.join(one.day(form) for form in one.alike)}) is not null"
    for form in one.alike:
        yield f"count(*) filter ({readable} and {one.day(form)} is null)"
    for form in one.alike:
        others = " or ".join(f"{one.day(other)} is null" for other in one.alike if other != form)
        yield f"min({one.text}) filter ({one.day(form)} is not null and ({others}))"
    for form, other in combinations(one.alike, 2):
        yield f"min({one.text}) filter ({one.day(form)} <> {one.day(other)})"


def _in_use(
    one: _Dates, missed: list[int], samples: list[str | None], different: dict[tuple[str, str], str | None]
) -> list[str]:
    """The column's formats without those that the delivery is not written in."""
    fitting = [form for form, cells in zip(one.alike, missed, strict=True) if not cells]
    if not fitting:
        shown = [f"[{text}] as {form}" for text, form in zip(samples, one.alike, strict=True) if text is not None]
        raise DeliveryError(
            f"the column mixes orders of day and month: some of its cells are dates only by one format, some only by another ({', '.join(shown)})",
            "Ask for a file with dates in one order, or take the two kinds of rows apart with two feeds.",
            one.column,
        )
    for (form, other), text in different.items():
        if text is not None and {form, other} <= set(fitting):
            raise DeliveryError(
                f"every date of the column can be read in two orders: [{text}] as {form} or as {other}",
                "Ask the source which one this file is written in, and leave the other format out.",
                one.column,
            )
    return [form for form in one.step.formats if form not in one.alike or form in fitting]


def _numbers(plan: FeedPlan) -> Iterator[_Grouped]:
    for column in plan.shape.columns:
        mapped = plan.feed.columns.get(column.name)
        step = mapped.steps[-1] if isinstance(mapped, FromColumns | Joined) and mapped.steps else None
        if isinstance(step, Number) and step.thousands in {".", ","}:
            fractions = column.type == "number" or step.round or step.multiply_by != 1.0
            yield _Grouped(column.name, step, fractions)


def _of_numbers(one: _Grouped) -> Iterator[str]:
    """Cells that prove what the contract says; a cell that speaks against it; one that can be read both ways."""
    yield f"count(*) filter ({is_only_grouped(one.step, one.text)})"
    yield f"min({one.text}) filter ({is_fraction(one.step, one.text)})"
    yield f"min({one.text}) filter ({is_either(one.step, one.text)})"


def _both_readings(step: Number, text: str) -> str:
    bare, sign = text.strip(), step.thousands
    return (
        f"[{bare}] is {bare.replace(sign, '')} where {sign} stands between thousands, as the contract says, "
        f"and {bare.replace(sign, '.')} where it is the decimal sign"
    )
