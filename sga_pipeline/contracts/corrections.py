"""A city's corrections: values of single rows that are known to be wrong, each with what the source is expected to say, and why."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from sga_pipeline.contracts.code_checks import Codes
from sga_pipeline.contracts.contract_text import is_there
from sga_pipeline.contracts.feed import Feed, FromRow
from sga_pipeline.contracts.places import FromPoint
from sga_pipeline.contracts.read_contract import read_contract
from sga_pipeline.contracts.shape import Column, Shape
from sga_pipeline.contracts.stated_values import is_within, reads
from sga_pipeline.contracts.strict_model import Contract, Day, Identifier, Sentence
from sga_pipeline.errors import ContractError, Problem

# Each is looked for in every row; who has more to correct asks for a corrected delivery.
AT_MOST = 200


def _as_text(given: Any) -> Any:
    """As the value would stand in a conformed row: true, 12, 0.5, 2023-05-01."""
    if isinstance(given, bool):
        return "true" if given else "false"
    return str(given) if isinstance(given, int | float) else given


Cell = Annotated[str, BeforeValidator(_as_text), Field(min_length=1)]


class Correction(Contract):
    """One column of the rows that `row` names."""

    # It is published with the release: no part of it may name a person.
    id: Identifier
    feed: Identifier
    # Columns of the shape and the value each has in the row, as conformed.
    row: dict[Identifier, Cell] = Field(min_length=1)
    column: Identifier
    # What the source says now; null where it says nothing. A value that could not be read is written as the source has it.
    expect: Cell | None
    # What is right; null where nothing is known.
    value: Cell | None
    # These are published, too.
    reason: Sentence
    decided_by: Sentence
    decided_on: Day
    evidence: Sentence

    @property
    def effect(self) -> tuple[object, ...]:
        """What conformed rows depend on; who decided it is no part of that."""
        return self.id, sorted(self.row.items()), self.column, self.expect, self.value


class Corrections(Contract):
    """The file."""

    corrections: list[Correction] = Field(min_length=1, max_length=AT_MOST)


def read_corrections(file: Path, feeds: dict[str, tuple[Feed, Shape, Codes]]) -> list[Correction]:
    """Read and check the file against the city's feeds, or raise every problem found."""
    if not is_there(file):
        raise ContractError([Problem("the file does not exist", "Create it or correct city.yaml.", str(file))])
    read, document = read_contract(file, Corrections)
    problems, seen = [], set[tuple[object, ...]]()
    for number, one in enumerate(read.corrections):
        place: tuple[str | int, ...] = ("corrections", number)
        found = list(_problems(one, feeds))
        for key in (("id", one.id), (one.feed, tuple(sorted(one.row.items())), one.column)):
            if key in seen:
                found.append(("this is corrected twice", "Keep one of the two.", one.id, "id"))
            seen.add(key)
        problems += [document.problem(message, step, value, *place, *where) for message, step, value, *where in found]
    if problems:
        raise ContractError(problems)
    return read.corrections


Found = tuple[str, str, str, *tuple[str, ...]]


def _problems(one: Correction, feeds: dict[str, tuple[Feed, Shape, Codes]]) -> Iterator[Found]:
    if one.feed not in feeds:
        yield "this city has no such feed", f"Use one of {', '.join(sorted(feeds))}.", one.feed, "feed"
        return
    feed, shape, codes = feeds[one.feed]
    for name, text in one.row.items():
        if column := shape.column(name):
            yield from _usable(feed, name, "row", name)
            if not reads(text, column):
                yield f"this is no {column.type}", "Write it as a conformed row has it.", text, "row", name
        else:
            yield _unknown(shape, name, "row", name)
    column = shape.column(one.column)
    if column is None:
        yield _unknown(shape, one.column, "column")
        return
    yield from _usable(feed, one.column, "column")
    if one.expect == one.value:
        yield "the correction changes nothing", "Say what is wrong and what is right.", str(one.value), "value"
    if one.value is None:
        if column.required:
            yield "the shape requires this column", "Give a value.", one.column, "value"
    elif not reads(one.value, column):
        yield f"this is no {column.type}", "Write it as a conformed row has it.", one.value, "value"
    elif problem := _unfit(one.value, column, codes):
        yield *problem, one.value, "value"


def _unknown(shape: Shape, name: str, *where: str) -> Found:
    return "the shape has no such column", f"Use one of {[one.name for one in shape.columns]}.", name, *where


def _usable(feed: Feed, name: str, *where: str) -> Iterator[Found]:
    mapped = feed.columns.get(name)
    if mapped is None:
        yield "the feed does not map this column", f"Use one of {sorted(feed.columns)}.", name, *where
    elif isinstance(mapped, FromRow):
        yield "this identifier is made anew for each delivery", "Name the row by what the source says.", name, *where
    elif isinstance(mapped, FromPoint):
        yield "this area is found only after corrections", "Name the row by what the source says.", name, *where


def _unfit(text: str, column: Column, codes: Codes) -> tuple[str, str] | None:
    if complaint := next(codes.complaints(text, column), None):
        return complaint
    if not is_within(text, column):
        step = f"It lies between {column.minimum} and {column.maximum}."
        return f"the value lies outside what {column.name} may be", step
    return None
