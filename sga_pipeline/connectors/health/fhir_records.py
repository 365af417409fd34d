"""Looks through the files of an export, line by line: are these whole records of one kind, and what does a server complain of. Repeats nothing of them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# A line is one record, and held whole.
MAX_LINE_BYTES = 16_000_000
# What the standard lets a server call a problem. Its own words may name a person, and any other word may be one of them.
_SEVERITIES = {"fatal", "error", "warning", "information"}
_CODES = {
    "invalid",
    "structure",
    "required",
    "value",
    "invariant",
    "security",
    "login",
    "unknown",
    "expired",
    "forbidden",
    "suppressed",
    "processing",
    "not-supported",
    "duplicate",
    "multiple-matches",
    "not-found",
    "deleted",
    "too-long",
    "code-invalid",
    "extension",
    "too-costly",
    "business-rule",
    "conflict",
    "transient",
    "lock-error",
    "no-store",
    "exception",
    "timeout",
    "incomplete",
    "throttled",
    "informational",
}


class Faulty(Exception):
    """A line that is not what it should be, named by its number."""


def count_records(path: Path, kind: str) -> int:
    """How many records of a kind a file holds; Faulty where a line is anything else."""
    number = 0
    for number, (line, record) in enumerate(_records(path), start=1):  # noqa: B007
        if record.get("resourceType") != kind:
            raise Faulty(f"line {line} is no record of {kind}")
    return number


def describe_problems(path: Path) -> str | None:
    """How many problems of which kinds a server reports, leaving out what it calls hints or warnings."""
    found = Counter[str]()
    for line, record in _records(path):
        if record.get("resourceType") != "OperationOutcome":
            raise Faulty(f"line {line} reports no problem")
        found.update(code for severity, code in _issues(record) if severity not in {"information", "warning"})
    return ", ".join(f"{number} {code}" for code, number in sorted(found.items())) or None


def complaint(content: bytes) -> str | None:
    """What a server complains of in an answer that is nothing else, in the words the standard has for it."""
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict) or document.get("resourceType") != "OperationOutcome":
        return None
    return ", ".join(sorted({f"{severity} {code}" for severity, code in _issues(document)}))


def _issues(outcome: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Severity and code of each problem; one that says nothing of itself is an error of unknown kind."""
    issues = outcome.get("issue")
    for issue in issues if isinstance(issues, list) and issues else [None]:
        said = issue if isinstance(issue, dict) else {}
        severity, code = said.get("severity"), said.get("code")
        yield (
            severity if isinstance(severity, str) and severity in _SEVERITIES else "error",
            code if isinstance(code, str) and code in _CODES else "unknown",
        )


def _records(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Each record with its line; lines without anything are no records."""
    number = 0
    with path.open("rb") as stream:
        while line := stream.readline(MAX_LINE_BYTES + 1):
            number += 1
            if len(line) > MAX_LINE_BYTES:
                raise Faulty(f"line {number} is too long for one record")
            if not line.strip():
                continue
            try:
                record = json.loads(line)
            except (ValueError, RecursionError):
                raise Faulty(f"line {number} is no JSON, or is cut short") from None
            if not isinstance(record, dict):
                raise Faulty(f"line {number} is no record")
            yield number, record
