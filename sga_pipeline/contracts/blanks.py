"""Blanks a draft leaves for a person: texts that begin with TODO, and what to write in their place."""

from __future__ import annotations

from typing import Any

from sga_pipeline.contracts.yaml_reader import Document, Location
from sga_pipeline.errors import Problem

MARK = "TODO"


def blanks_of(document: Document) -> list[Problem]:
    """Every blank of a contract file, in the order of its lines. Until they are filled, nothing else is worth checking."""
    problems: dict[int | None, Problem] = {}
    for location, text in _texts(document.data, ()):
        if text == MARK or text.startswith(f"{MARK}:"):
            required = text.removeprefix(MARK).strip(": ") or "the value"
            key = ".".join(str(part) for part in location if isinstance(part, str)) or "value"
            line = document.line_of(location)
            problem = document.problem("a blank of the draft is left", f"Write {required}.", key, *location)
            problems.setdefault(line if key.startswith("columns") else len(problems) - 10_000, problem)
    return sorted(problems.values(), key=lambda one: (one.line or 0, one.value or ""))


def _texts(data: Any, location: Location) -> list[tuple[Location, str]]:
    if isinstance(data, dict):
        return [(location, str(key)) for key in data if str(key).startswith(MARK)] + [
            found for key, value in data.items() for found in _texts(value, (*location, key))
        ]
    if isinstance(data, list):
        return [found for at, value in enumerate(data) for found in _texts(value, (*location, at))]
    return [(location, data)] if isinstance(data, str) else []
