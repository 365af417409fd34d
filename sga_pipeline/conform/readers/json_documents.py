"""JSON documents of a delivery: the one it is, or the pages a connector kept in one archive, in their order."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sga_pipeline.conform.readers.in_memory import refuse_large
from sga_pipeline.errors import DeliveryError


def pages(path: Path) -> Iterator[bytes]:
    """The bytes of each page."""
    for _, content in named_pages(path):
        yield content


def named_pages(path: Path) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of each page. Kept pages are never compressed, so that none is larger than it looks."""
    refuse_large(path)
    if not zipfile.is_zipfile(path):
        yield path.name, path.read_bytes()
        return
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            if member.compress_type != zipfile.ZIP_STORED:
                raise DeliveryError("these are no pages a connector kept", "Bring the plain file.", path.name)
            yield member.filename, archive.read(member)


def documents(path: Path) -> Iterator[Any]:
    """Each page read as JSON; nesting without end and numbers JSON does not know are refused."""
    try:
        for page in pages(path):
            yield parsed(page)
    except (ValueError, RecursionError, zipfile.BadZipFile) as error:
        raise DeliveryError("this is not JSON, or it is damaged", "Ask for it again.", f"{error}"[:120]) from None


def parsed(page: bytes) -> Any:
    """One document; ValueError or RecursionError where it is none."""
    return json.loads(page, parse_constant=_no_constant)


def _no_constant(text: str) -> Any:
    raise ValueError(f"the number {text} is not JSON")
