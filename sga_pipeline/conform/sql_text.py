"""Quoting for SQL. The only place where a value from a contract or a file becomes SQL text."""

from __future__ import annotations

from collections.abc import Iterable


def literal(text: str) -> str:
    """A text literal."""
    return "'" + text.replace("'", "''") + "'"


def literals(texts: Iterable[str]) -> str:
    """Text literals in a row, separated by commas."""
    return ", ".join(literal(text) for text in texts)


def name(text: str) -> str:
    """A quoted identifier."""
    return '"' + text.replace('"', '""') + '"'
