"""Whether two exports of a FHIR server hold the same records, in whatever order and in however many files."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator
from pathlib import Path

from sga_pipeline.connectors.health.fhir_records import MAX_LINE_BYTES

# Sums of digests are kept within this many bits: equal sums of as many lines are equal lines.
_SUM_BITS = 512


def have_same_content(one: Path, other: Path) -> bool:
    """What cannot be read as lines is the same only where its bytes are, and that is known already."""
    try:
        return _content(one) == _content(other)
    except (OSError, zipfile.BadZipFile, RuntimeError, NotImplementedError, ValueError):
        return False


def _content(path: Path) -> tuple[int, int]:
    """How many lines there are, and a sum over them that no order changes; held in no more memory than one line."""
    number = total = 0
    for line in _lines(path):
        number += 1
        total += int.from_bytes(hashlib.sha512(line).digest(), "big")
        total %= 1 << _SUM_BITS
    return number, total


def _lines(path: Path) -> Iterator[bytes]:
    if not zipfile.is_zipfile(path):
        raise ValueError("no pages")
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            if member.compress_type != zipfile.ZIP_STORED:
                raise ValueError("no pages")
            with archive.open(member) as page:
                while line := page.readline(MAX_LINE_BYTES + 1):
                    if len(line) > MAX_LINE_BYTES:
                        raise ValueError("a line too long")
                    if plain := line.strip():
                        yield plain
