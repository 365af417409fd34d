"""Reads the text of a contract file, YAML or CSV: a regular file, in UTF-8, without control characters."""

from __future__ import annotations

import re
from pathlib import Path

from sga_pipeline.errors import ContractError, Problem

# Line ends and tabs lay a text out; every other control character is an accident nobody sees in an editor.
CONTROL = re.compile(r"[^\t\n\r\x20-\x7e\xa0-\U0010ffff]|[\ufffe\uffff]")


def read_text(file: Path, max_bytes: int | None = None) -> str:
    """The whole text, or a ContractError that names the line."""
    # A pipe or a device would be read for ever.
    if file.exists() and not file.is_file():
        raise _error("this is not a regular file", "Put a file of that name there.", file, value=_kind(file))
    try:
        raw = file.read_bytes()
    except OSError as error:
        step = "Check its name and permissions."
        raise _error("the file cannot be read", step, file, value=error.strerror) from None
    if max_bytes is not None and len(raw) > max_bytes:
        step = "Move data into a data file."
        raise _error("the file is too large for a contract", step, file, value=f"{len(raw)} bytes")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _error("the file is not UTF-8", "Save it as UTF-8.", file, line, f"byte {error.start}") from None
    if found := CONTROL.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise _error("a control character stands in the text", "Remove it.", file, line, shown_control(found[0]))
    return text


def shown_control(character: str) -> str:
    """A character nobody can see, by its number."""
    return f"U+{ord(character):04X}"


def _kind(file: Path) -> str:
    return "a folder" if file.is_dir() else "a pipe" if file.is_fifo() else "a device or a socket"


def _error(
    message: str, next_step: str, file: Path, line: int | None = None, value: str | None = None
) -> ContractError:
    return ContractError([Problem(message, next_step, value, file, line)])
