"""What a feed contract must satisfy beyond its form: columns, codes, steps and rules that fit the shape."""

from __future__ import annotations

import codecs
import difflib
import re
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from sga_pipeline.contracts.feed import (
    Constant,
    Feed,
    FromColumns,
    FromPeriod,
    FromRow,
    Joined,
    NotBeforeRule,
    PatternRule,
)
from sga_pipeline.contracts.formats import CsvFormat
from sga_pipeline.contracts.places import FromPoint
from sga_pipeline.contracts.shape import Column, Shape
from sga_pipeline.contracts.steps import Boolean, Date, DateTime, Default, Lookup, NullIf, Number, Recode
from sga_pipeline.contracts.yaml_reader import Document
from sga_pipeline.errors import Problem

Rows = list[dict[str, str]]
# Columns that stand at "unknown" or "total" where a feed says nothing of them.
UNKNOWN = "_U"
# Longer lists are not shown whole.
MANY = 40


def check_feed(
    feed: Feed,
    document: Document,
    shapes: dict[str, Shape],
    code_lists: dict[str, tuple[str, ...]],
    mappings: dict[str, Rows],
) -> list[Problem]:
    """Every problem of one feed, with its line."""
    at = document.problem
    problems = []
    if feed.id != document.file.stem:
        problems.append(at("the id is not the file's name", f"Make both [{document.file.stem}].", feed.id, "id"))
    problems += [at(*found) for found in _source_problems(feed)]
    shape = shapes.get(feed.shape)
    if shape is None:
        return [*problems, at("unknown shape", f"Use one of {sorted(shapes)}.", feed.shape, "shape")]
    for name in feed.columns:
        column = shape.column(name)
        if column is None:
            known = [one.name for one in shape.columns]
            problems.append(at("the shape has no such column", f"Use one of {known}.", name, "columns", name))
        else:
            problems += [at(*found) for found in _column_problems(feed, column, code_lists, mappings)]
    for column in shape.columns:
        if column.required and column.name not in feed.columns:
            message = "a column the shape requires is not mapped"
            problems.append(at(message, "Map it under columns.", column.name, "columns"))
    if feed.add_up and shape.kind != "counts":
        step = "Leave add_up out, and give each row its own key."
        problems.append(at("only counts are added up", step, feed.shape, "add_up"))
    if feed.outside_period and isinstance(feed.columns.get(shape.time_column or ""), FromPeriod | Constant | None):
        step = "Leave outside_period out."
        problems.append(at("no row of this feed has a date of its own", step, feed.shape, "outside_period"))
    problems += [at(*found) for found in _rule_problems(feed, shape)]
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
    if feed.time_zone is not None:
        try:
            ZoneInfo(feed.time_zone)
        except (KeyError, ValueError):
            yield "unknown time zone", "Use a name such as America/Bogota.", feed.time_zone, "time_zone"
    first, last = feed.coverage.first, feed.coverage.last
    if first and last != "latest" and last < first:
        yield "coverage ends before it begins", "Swap the days.", last, "coverage", "last"
    if feed.replaces == "all" and feed.source.periods:
        step = "Write replaces: period, or leave source.periods out."
        yield "each delivery is said to be the whole, and the source is asked period by period", step, "all", "replaces"
    if feed.replaces == "period" and feed.source.periods is None:
        step = "Write replaces: all, or add source.periods."
        yield (
            "deliveries are said to replace those of their period, and the source has none",
            step,
            "period",
            "replaces",
        )
    if feed.outside_period and feed.source.periods is None:
        step = "Leave outside_period out, or add source.periods."
        yield "no delivery has a period that rows could lie outside of", step, "outside_period", "outside_period"
    if any(isinstance(one, FromPeriod) for one in feed.columns.values()) and feed.source.periods is None:
        yield "a column takes the period and the source has none", "Add source.periods.", "period", "columns"


def _is_encoding_of_text(name: str) -> bool:
    try:
        # Some codecs of Python turn bytes into bytes, which is no encoding of text.
        return isinstance(codecs.getincrementaldecoder(name)().decode(b"", True), str)
    except (LookupError, TypeError, AssertionError, ValueError):
        return False


def _column_problems(
    feed: Feed, column: Column, code_lists: dict[str, tuple[str, ...]], mappings: dict[str, Rows]
) -> Iterator[Found]:
    mapped = feed.columns[column.name]
    here = ("columns", column.name)
    if isinstance(mapped, Constant):
        yield from _value_problems(mapped.constant, column, code_lists, here)
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
        stays = all(isinstance(later, Default | NullIf) or later.closes for later in mapped.steps[number + 1 :])
        if isinstance(step, Recode) and stays:
            for value in step.values.values():
                yield from _value_problems(value, column, code_lists, place)
        if isinstance(step, Default) and stays:
            yield from _value_problems(step.text, column, code_lists, place)
        if isinstance(step, Lookup):
            rows = mappings.get(step.mapping)
            if rows is None:
                yield "unknown mapping", f"Use one of {sorted(mappings)}.", step.mapping, *place
            elif step.give not in rows[0]:
                yield "the mapping has no such column", f"Use one of {sorted(rows[0])}.", step.give, *place
            elif stays:
                for value in sorted({row[step.give] for row in rows if row[step.give]}):
                    yield from _value_problems(value, column, code_lists, place)


def _value_problems(
    value: str, column: Column, code_lists: dict[str, tuple[str, ...]], place: tuple[str | int, ...]
) -> Iterator[Found]:
    allowed = code_lists.get(column.code_list or "", ())
    if column.code_list and value not in allowed:
        close = difflib.get_close_matches(value, allowed, n=3, cutoff=0.5) if len(allowed) > MANY else []
        named = (
            f"one of {', '.join(allowed)}" if len(allowed) <= MANY else " or ".join(close) or "a code of the catalogue"
        )
        yield f"the code is not in the list {column.code_list}", f"Use {named}.", value, *place
    if column.pattern and not re.fullmatch(column.pattern, value):
        yield f"the value does not fit {column.name}", f"It must match {column.pattern}", value, *place


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
