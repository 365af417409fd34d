"""Reads a YAML contract strictly: no duplicate keys, no aliases, no guessed types, and every value keeps its line."""

from __future__ import annotations

import re
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
    try:
        _refuse_aliases(text, file)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise _error("this is not YAML", "Check indentation, quotes and colons.", file, line, error.problem) from None
    except RecursionError:
        raise _error("the file is nested too deeply", "Flatten it.", file) from None
    document = Document(file, None)
    document.data = _build(node, (), document) if node is not None else {}
    return document


def _refuse_aliases(text: str, file: Path) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _error("anchors and aliases are not allowed", "Write the value out.", file, _line(event))
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            raise _error("the file is nested too deeply", "Flatten it.", file, _line(event))


def _line(event: yaml.Event) -> int | None:
    return event.start_mark.line + 1 if event.start_mark else None


def _build(node: yaml.Node, location: Location, document: Document) -> Any:
    document.lines.setdefault(location, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        return _build_mapping(node, location, document)
    if isinstance(node, yaml.SequenceNode):
        return [_build(item, (*location, index), document) for index, item in enumerate(node.value)]
    if node.tag.startswith("!") or (node.tag.startswith("tag:yaml.org,2002:python")):
        raise _error("tags are not allowed", "Remove the tag.", document.file, node.start_mark.line + 1, node.tag)
    text: str = node.value
    # Between quotes a backslash writes such a character, which the names and values of a source may hold.
    if location[:1] not in OF_THE_SOURCE and (found := CONTROL.search(text)):
        line = node.start_mark.line + 1
        raise _error(
            "a control character stands in the text", "Remove it.", document.file, line, shown_control(found[0])
        )
    if getattr(node, "style", None) is None:
        for pattern, convert in _SCALARS:
            if pattern.match(text):
                return convert(text)
    return text


def _build_mapping(node: yaml.MappingNode, location: Location, document: Document) -> dict[str, Any]:
    built: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            raise _error("a key must be plain text", "Rewrite the key.", document.file, line)
        key: str = key_node.value
        if key in built:
            raise _error("the key stands here twice", "Keep one of the two.", document.file, line, key)
        document.lines[(*location, key)] = line
        built[key] = _build(value_node, (*location, key), document)
    return built


def _error(
    message: str, next_step: str, file: Path, line: int | None = None, value: str | None = None
) -> ContractError:
    return ContractError([Problem(message, next_step, value, file, line)])
