"""Reads a YAML contract strictly: no duplicate keys, no aliases, no guessed types, and every value keeps its line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from sga_pipeline.contracts.contract_text import CONTROL, read_text, shown_control
from sga_pipeline.errors import ContractError, Problem

MAX_BYTES = 2_000_000
# Parts of a feed that repeat what the source writes: its delimiter, its headers, its values.
OF_THE_SOURCE = {("format",), ("columns",), ("ignore",), ("where",), ("wide",), ("melt",)}
MAX_DEPTH = 40
NOT_YAML = "this is not YAML"
# Contracts are read in each command; where PyYAML was built without libyaml, its own parser says the same, slower.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Location = tuple[str | int, ...]

# YAML 1.1 reads NO as false, 0101 as 65 and 22:30 as 1350. Contracts hold codes, so only what is unmistakable is typed.
_SCALARS: list[tuple[re.Pattern[str], Any]] = [
    (re.compile(r"^(true|false)$"), lambda text: text == "true"),
    (re.compile(r"^(0|-?[1-9][0-9]{0,17})$"), int),
    (re.compile(r"^-?(0|[1-9][0-9]*)\.[0-9]+$"), float),
    (re.compile(r"^(null|~|)$"), lambda _: None),
]


@dataclass
class Document:
    """A parsed file: plain data, and the line each value stands on."""

    file: Path
    data: Any
    lines: dict[Location, int] = field(default_factory=dict)

    def line_of(self, location: Location) -> int | None:
        """The line of a value, or of the nearest thing around it. Parts that are not in the file are passed over."""
        found: Location = ()
        for part in location:
            if (*found, part) in self.lines:
                found = (*found, part)
        return self.lines.get(found)

    def problem(self, message: str, next_step: str, value: object, *location: str | int) -> Problem:
        """What is wrong with a value, with its line."""
        shown = None if value is None else str(value)
        return Problem(message, next_step, shown, self.file, self.line_of(location))


def read_yaml(file: Path) -> Document:
    """Read one file or raise a ContractError that names the line."""
    text = read_text(file, MAX_BYTES)
    document = Document(file, None)
    try:
        document.data = _read_document(yaml.parse(text, Loader=_LOADER), document)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise _error(NOT_YAML, "Check indentation, quotes and colons.", file, line, error.problem) from None
    if not isinstance(document.data, dict):
        step = "Begin with a key and a colon, as id: my_feed."
        raise _error("the file holds no keys", step, file, document.line_of(()), text.strip().splitlines()[0][:80])
    return document


def _read_document(events: Iterator[yaml.Event], document: Document) -> Any:
    """The data of the one document that a file holds; of an empty file, nothing."""
    data: Any = {}
    seen = 0
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            seen += 1
            if seen > 1:
                said = "but found another document"
                raise _error(NOT_YAML, "Keep one document in a file.", document.file, _line(event), said)
            data = _build(next(events), events, (), document)
    return data


def _build(event: yaml.Event, events: Iterator[yaml.Event], location: Location, document: Document) -> Any:
    """The value that begins with this event."""
    line = _line(event)
    document.lines.setdefault(location, line)
    _refuse_alias(event, document)
    if isinstance(event, yaml.ScalarEvent):
        return _scalar(event, location, document)
    if len(location) >= MAX_DEPTH:
        raise _error("the file is nested too deeply", "Flatten it.", document.file, line, f"{MAX_DEPTH} levels")
    if isinstance(event, yaml.MappingStartEvent):
        return _build_mapping(events, location, document)
    items: list[Any] = []
    while not isinstance(item := next(events), yaml.SequenceEndEvent):
        items.append(_build(item, events, (*location, len(items)), document))
    return items


def _build_mapping(events: Iterator[yaml.Event], location: Location, document: Document) -> dict[str, Any]:
    built: dict[str, Any] = {}
    while not isinstance(event := next(events), yaml.MappingEndEvent):
        line = _line(event)
        _refuse_alias(event, document)
        if not isinstance(event, yaml.ScalarEvent):
            raise _error("a key must be plain text", "Rewrite the key.", document.file, line)
        key: str = event.value
        if key in built:
            raise _error("the key stands here twice", "Keep one of the two.", document.file, line, key)
        document.lines[(*location, key)] = line
        built[key] = _build(next(events), events, (*location, key), document)
    return built


def _scalar(event: yaml.ScalarEvent, location: Location, document: Document) -> Any:
    line, text = _line(event), str(event.value)
    # A lone exclamation mark says no more than that the value is text as it stands.
    if event.tag and event.tag != "!" and event.tag.startswith(("!", "tag:yaml.org,2002:python")):
        raise _error("tags are not allowed", "Remove the tag.", document.file, line, event.tag)
    # Between quotes a backslash writes such a character, which the names and values of a source may hold.
    if location[:1] not in OF_THE_SOURCE and (found := CONTROL.search(text)):
        raise _error(
            "a control character stands in the text", "Remove it.", document.file, line, shown_control(found[0])
        )
    # Both parsers say that a value stands plain, each in its own way.
    if not event.style:
        for pattern, convert in _SCALARS:
            if pattern.match(text):
                return convert(text)
    return text


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _refuse_alias(event: yaml.Event, document: Document) -> None:
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
        line = _line(event)
        name = getattr(event, "anchor", None)
        raise _error("anchors and aliases are not allowed", "Write the value out.", document.file, line, name)


def _error(
    message: str, next_step: str, file: Path, line: int | None = None, value: str | None = None
) -> ContractError:
    return ContractError([Problem(message, next_step, value, file, line)])
