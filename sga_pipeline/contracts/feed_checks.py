"""What a feed contract must satisfy beyond its form: columns, codes, steps and rules that fit the shape."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from sga_pipeline.contracts.code_checks import Codes
from sga_pipeline.contracts.delivery_checks import key_problems, relation_problems
from sga_pipeline.contracts.feed import (
    Constant,
    Feed,
    FromColumns,
    FromPeriod,
    FromRow,
    Joined,
    NotBeforeRule,
    PatternRule,
    RangeRule,
)
from sga_pipeline.contracts.formats import CsvFormat
from sga_pipeline.contracts.mappings import MappingTable
from sga_pipeline.contracts.places import FromPoint
from sga_pipeline.contracts.shape import Column, Shape
from sga_pipeline.contracts.stated_values import unreadable
from sga_pipeline.contracts.steps import Boolean, Date, DateTime, Default, Lookup, NullIf, Number, Recode, Step
from sga_pipeline.contracts.strict_model import is_day
from sga_pipeline.contracts.time_zones import is_time_zone, name_of_zone
from sga_pipeline.contracts.yaml_reader import Document
from sga_pipeline.errors import Problem

Mappings = Mapping[str, MappingTable]


def check_feed(
    feed: Feed, document: Document, shapes: dict[str, Shape], codes: Codes, mappings: Mappings
) -> list[Problem]:
    """Every problem of one feed, with its line."""
    at = document.problem
    problems = []
    if feed.id != document.file.stem:
        problems.append(at("the id is not the file's name", f"Make both [{document.file.stem}].", feed.id, "id"))
    problems += [at(*found) for found in (*_source_problems(feed), *relation_problems(feed))]
    shape = shapes.get(feed.shape)
    if shape is None:
        return [*problems, at("unknown shape", f"Use one of {sorted(shapes)}.", feed.shape, "shape")]
    for name in feed.columns:
        column = shape.column(name)
        if column is None:
            known = [one.name for one in shape.columns]
            problems.append(at("the shape has no such column", f"Use one of {known}.", name, "columns", name))
        else:
            problems += [at(*found) for found in _column_problems(feed, column, codes, mappings)]
            problems += _translated_problems(feed, column, codes, mappings)
    for column in shape.columns:
        if column.required and column.name not in feed.columns:
            message = "a column the shape requires is not mapped"
            problems.append(at(message, "Map it under columns.", column.name, "columns"))
    if feed.fills_parents and feed.shape != "areas":
        problems.append(at("only areas fill others", "Leave fills_parents out.", feed.shape, "fills_parents"))
    if feed.outside_period and isinstance(feed.columns.get(shape.time_column or ""), FromPeriod | Constant | None):
        step = "Leave outside_period out."
        problems.append(at("no row of this feed has a date of its own", step, feed.shape, "outside_period"))
    problems += [at(*found) for found in key_problems(feed, shape)]
    problems += [at(*found) for found in _rule_problems(feed, shape)]
    for place, message, step, code in codes.coverage_complaints(feed, shape):
        problems.append(at(message, step, code, "coverage", "codes", place))
    return problems


Found = tuple[str, str, object, *tuple[str | int, ...]]


def _source_problems(feed: Feed) -> Iterator[Found]:
    address = feed.source.address
    if problem := feed.source.period_problem():
        step = "State under source how one period is requested, or leave periods out."
        yield problem, step, address, "source", "address"
    if feed.source.connector == "file" and (".." in address.split("/") or address.startswith("/")):
        yield "the file is outside the city's data folder", "Use a path below it.", address, "source", "address"
    if problem := feed.source.format_problem(feed.format):
        yield problem, "Correct format.kind, or how the answer is asked for.", feed.format.kind, "format", "kind"
    encoding = getattr(feed.format, "encoding", None)
    if encoding is not None and not _is_encoding_of_text(encoding):
        step = "Use a name such as utf-8, latin-1, cp1252 or mac-roman."
        yield "unknown encoding", step, encoding, "format", "encoding"
    form = feed.format
    if isinstance(form, CsvFormat) and form.compression != "zip" and (form.member != "*" or form.append_members):
        yield "only a ZIP has members", "Declare compression: zip.", form.member, "format", "member"
    if feed.wide and feed.melt:
        yield "a table is either wide or melted", "Leave one of wide and melt out.", "melt", "melt"
    if feed.time_zone is not None and not is_time_zone(feed.time_zone):
        yield "unknown time zone", name_of_zone(feed.time_zone), feed.time_zone, "time_zone"
    first, last = feed.coverage.first, feed.coverage.last
    if first and last != "latest" and last < first:
        yield "coverage ends before it begins", "Swap the days.", last, "coverage", "last"
    if any(isinstance(one, FromPeriod) for one in feed.columns.values()) and feed.source.periods is None:
        yield "a column takes the period and the source has none", "Add source.periods.", "period", "columns"


def _is_encoding_of_text(name: str) -> bool:
    try:
        # Some codecs of Python turn bytes into bytes, which is no encoding of text.
        return isinstance(codecs.getincrementaldecoder(name)().decode(b"", True), str)
    except (LookupError, TypeError, AssertionError, ValueError):
        return False


def _column_problems(feed: Feed, column: Column, codes: Codes, mappings: Mappings) -> Iterator[Found]:
    mapped = feed.columns[column.name]
    here = ("columns", column.name)
    if isinstance(mapped, Constant):
        yield from _value_problems([mapped.constant], column, codes, here)
        yield from _typed_problems([mapped.constant], column, None, here)
    if isinstance(mapped, FromRow) and column.type != "string":
        yield "only a text column can be made of the row", "Map the column.", column.type, *here
    if isinstance(mapped, FromPoint) and column.name != "area_id":
        yield "only area_id is found from a point", "Map the column.", column.name, *here
    if not isinstance(mapped, FromColumns | Joined):
        return
    closing = mapped.steps[-1] if mapped.steps and mapped.steps[-1].closes else None
    gives = {
        Date: {"date"},
        DateTime: {"integer"} if getattr(closing, "give", "") == "hour" else {"date"},
        Number: {"integer", "number"},
        Boolean: {"boolean"},
    }
    if closing is not None and column.type not in gives[type(closing)]:
        yield f"the step gives no {column.type}", "Use the step for that type.", closing.step, *here, "steps"
    if column.type == "boolean" and closing is None:
        yield "a boolean column needs the step boolean", "Say what yes and no are.", column.name, *here
    for number, step in enumerate(mapped.steps):
        place = (*here, "steps", number)
        # What a later step still changes is no code yet.
        stays = _stays(mapped.steps, number)
        given = (
            list(step.values.values()) if isinstance(step, Recode) else [step.text] if isinstance(step, Default) else []
        )
        if stays:
            lost = {one for later in mapped.steps[number:] if isinstance(later, NullIf) for one in later.values}
            yield from _value_problems(given, column, codes, place)
            yield from _typed_problems([one for one in given if one not in lost], column, closing, place)
        if isinstance(step, Lookup):
            table = mappings.get(step.mapping)
            if table is None:
                yield "unknown mapping", f"Use one of {sorted(mappings)}.", step.mapping, *place
            elif step.give not in table.columns:
                yield "the mapping has no such column", f"Use one of {sorted(table.columns)}.", step.give, *place


def _stays(steps: Sequence[Step], number: int) -> bool:
    """Whether what a step gives is a code already: nothing after it changes it."""
    return all(isinstance(later, Default | NullIf) or later.closes for later in steps[number + 1 :])


def _value_problems(
    values: Iterable[str], column: Column, codes: Codes, place: tuple[str | int, ...]
) -> Iterator[Found]:
    values = list(values)
    for value in values:
        for message, step in codes.complaints(value, column):
            yield message, step, value, *place
    for message, step, value in codes.complaints_of_all(values, column):
        yield message, step, value, *place


def _typed_problems(
    values: Iterable[str], column: Column, closing: Step | None, place: tuple[str | int, ...]
) -> Iterator[Found]:
    for value in values:
        for message, step in unreadable(value, column, closing):
            yield message, step, value, *place


def _translated_problems(feed: Feed, column: Column, codes: Codes, mappings: Mappings) -> Iterator[Problem]:
    """Values that a mapping file gives and that may not stand in the column, each with its line in that file."""
    mapped = feed.columns[column.name]
    steps: list[Step] = getattr(mapped, "steps", [])
    for number, step in enumerate(steps):
        if not isinstance(step, Lookup) or not _stays(steps, number):
            continue
        table = mappings.get(step.mapping)
        if table is None or step.give not in table.columns:
            continue
        first = {row[step.give]: row for row in reversed(table.rows) if row[step.give]}
        closing = steps[-1] if steps[-1].closes else None
        for value, row in sorted(first.items(), key=lambda one: one[1].line):
            for message, then in (*codes.complaints(value, column), *unreadable(value, column, closing)):
                yield row.problem(message, then, step.give)
        for message, then, value in codes.complaints_of_all(first, column):
            yield first[value].problem(message, then, step.give)


def _rule_problems(feed: Feed, shape: Shape) -> Iterator[Found]:
    seen: set[str] = set()
    for number, rule in enumerate(feed.rules):
        place = ("rules", number)
        if rule.id in seen:
            yield "the rule id is used twice", "Rename one.", rule.id, *place
        seen.add(rule.id)
        named = [rule.column, rule.other] if isinstance(rule, NotBeforeRule) else [rule.column]
        for name in named:
            if shape.column(name) is None or name not in feed.columns:
                yield "a rule names a column that is not mapped", "Map it or correct the name.", name, *place
        if isinstance(rule, PatternRule):
            try:
                re.compile(rule.pattern)
            except re.error:
                yield "not a regular expression", "Correct it.", rule.pattern, *place
        limited = shape.column(rule.column)
        if isinstance(rule, RangeRule) and limited is not None:
            yield from _limit_problems(rule, limited, place)


def _limit_problems(rule: RangeRule, column: Column, place: tuple[str, int]) -> Iterator[Found]:
    """A range whose limits are none, or in the wrong order."""
    limits: list[str | float] = []
    for side in ("minimum", "maximum"):
        limit = getattr(rule, side)
        if limit is None:
            continue
        if column.type == "date" and not is_day(str(limit)):
            yield "the limit is no day of the calendar", "Write it as 2024-12-31.", limit, *place, side
        elif column.type in {"integer", "number"} and not _is_number(limit, column.type):
            yield f"the limit is no {column.type}", "Write figures, and a point for decimals.", limit, *place, side
        else:
            limits.append(limit if column.type in {"date", "string"} else float(limit))
    if rule.minimum is None and rule.maximum is None:
        yield "the range has no limit", "Give minimum, maximum or both.", rule.id, *place
    if len(limits) == 2 and limits[0] != min(limits):
        yield "the range ends before it begins", "Swap the limits.", limits[1], *place, "maximum"


def _is_number(limit: str | float, kind: str) -> bool:
    text = r"-?[0-9]+" if kind == "integer" else r"-?[0-9]+([.][0-9]+)?"
    return re.fullmatch(text, str(limit)) is not None
