"""Reads the text of a contract file, YAML or CSV: a regular file, in UTF-8, without control characters."""

from __future__ import annotations

import os
import re
from pathlib import Path

from sga_pipeline.errors import ContractError, Problem

# Line ends and tabs lay a text out; every other control character is an accident nobody sees in an editor, and so are
# separators of lines, marks of byte order, blanks without width and characters that turn the order of others round.
CONTROL = re.compile(r"[^\t\n\r\x20-\x7e\xa0-\U0010ffff]|[\ufffe\uffff\ufeff\u200b\u2028-\u202e\u2060\u2066-\u2069]")
# A table of codes of every street of a country is smaller; what is larger holds data.
MAX_BYTES = 50_000_000


def is_there(file: Path) -> bool:
    """Whether something has this name; one that no file can have is nobody's."""
    try:
        return file.exists()
    except (OSError, ValueError):
        return False


def read_text(file: Path, max_bytes: int = MAX_BYTES) -> str:
    """The whole text, or a ContractError that names the line."""
    # A pipe or a device would be read for ever.
    if is_there(file) and not file.is_file():
        raise _error("this is not a regular file", "Put a file of that name there.", file, value=_kind(file))
    try:
        with file.open("rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            raw = stream.read(max_bytes + 1) if size <= max_bytes else b""
    except (OSError, ValueError) as error:
        step = "Check its name and permissions."
        raise _error("the file cannot be read", step, file, value=getattr(error, "strerror", str(error))) from None
    if max(size, len(raw)) > max_bytes:
        step = f"At most {max_bytes:,} are read; move data into a data file."
        raise _error("the file is too large for a contract", step, file, value=f"{max(size, len(raw)):,} bytes")
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
