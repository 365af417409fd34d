"""Cuts a large table of text into stretches of whole records. The lines themselves say where, so that lines which come again are cut alike wherever they are."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

BLOCK, STEP = 16 << 20, 1 << 20
LINE_END = 10
# So many bytes before and after the end of a line say whether a stretch may end there.
AROUND = 8
_ODD = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class Sizes:
    """Bytes of the smallest table worth cutting, and of the least and largest stretch; of two to the power of `rare` lines one may end a stretch."""

    table: int = 32 << 20
    least: int = 16 << 20
    most: int = 96 << 20
    rare: int = 16


SIZES = Sizes()


@dataclass(frozen=True)
class Cut:
    """One stretch: where it lies, the hash of what it says, how many lines and records it holds and how many lines come before it."""

    start: int
    end: int
    sha256: str
    lines: int
    records: int
    lines_before: int


def cut(path: Path, header_end: int, quote: str) -> list[Cut]:
    """The stretches of the lines after the header, in order; none where the file is small or a record may reach over lines."""
    size = path.stat().st_size
    if size < SIZES.table or header_end < AROUND or not _quotes_are_closed(path, header_end, quote):
        return []
    found, seen, before = [], Counter[str](), 0
    with path.open("rb") as stream:
        header = stream.read(header_end)
        for start, end in pairwise([header_end, *_ends(path, header_end, size)]):
            text = stream.read(end - start)
            lines, blank = _lines(text)
            whole = hashlib.sha256(header)
            whole.update(text)
            digest = whole.hexdigest()
            # A second stretch of the same text is another one.
            seen[digest] += 1
            name = digest if seen[digest] == 1 else hashlib.sha256(f"{digest} {seen[digest]}".encode()).hexdigest()
            found.append(Cut(start, end, name, lines, lines - blank, before))
            before += lines
    return found


def write_stretch(source: Path, header_end: int, stretch: Cut, target: Path) -> None:
    """The stretch below the header, as a table of its own."""
    with source.open("rb") as stream, target.open("wb") as out:
        out.write(stream.read(header_end))
        stream.seek(stretch.start)
        left = stretch.end - stretch.start
        while block := stream.read(min(BLOCK, left)):
            out.write(block)
            left -= len(block)


def _quotes_are_closed(path: Path, start: int, quote: str) -> bool:
    """Whether no line leaves a quote open; where one does, a record may go on in the next."""
    sign, opened = quote.encode(), 0
    with path.open("rb") as stream:
        stream.seek(start)
        while sign and (block := stream.read(BLOCK)):
            if sign not in block and not opened:
                continue
            data = np.frombuffer(block, dtype=np.uint8)
            quotes = np.flatnonzero(data == ord(quote))
            before = np.searchsorted(quotes, np.flatnonzero(data == LINE_END))
            if ((before + opened) % 2).any():
                return False
            opened = (opened + len(quotes)) % 2
    return not opened


def _ends(path: Path, start: int, size: int) -> Iterator[int]:
    """Where each stretch ends, the byte after a line's end."""
    with path.open("rb") as stream:
        while size - start > SIZES.least:
            latest = start + SIZES.most
            chosen = _first_chosen(stream, start + SIZES.least, min(latest, size))
            start = chosen or (_line_end(stream, latest) if latest < size else size)
            yield start
    if start < size:
        yield size


def _first_chosen(stream: BinaryIO, low: int, high: int) -> int | None:
    """The first end of a line, from one byte to another, that the text on both sides of it singles out."""
    windows: npt.NDArray[np.uint8]
    for at in range(low, high, STEP):
        # A step, and what is on either side of it.
        stream.seek(at - AROUND)
        text = np.frombuffer(stream.read(AROUND + min(STEP, high - at) + 1 + AROUND), dtype=np.uint8)
        if len(text) < 2 * AROUND + 1:
            return None
        breaks = np.flatnonzero(text[AROUND : len(text) - AROUND - 1] == LINE_END)
        windows = np.lib.stride_tricks.sliding_window_view(text, AROUND)
        words = np.concatenate([windows[breaks], windows[breaks + AROUND + 1]], axis=1).view(np.uint64)
        mixed = np.zeros(len(words), dtype=np.uint64)
        for column in range(words.shape[1]):
            mixed = (mixed ^ words[:, column]) * _ODD
            mixed ^= mixed >> np.uint64(32)
        chosen = breaks[mixed >> np.uint64(64 - SIZES.rare) == 0]
        if len(chosen):
            return at + int(chosen[0]) + 1
    return None


def _line_end(stream: BinaryIO, at: int) -> int:
    """The first end of a line at or after a byte."""
    stream.seek(at)
    while line := stream.readline(BLOCK):
        at += len(line)
        if line.endswith(b"\n"):
            break
    return at


def _lines(text: bytes) -> tuple[int, int]:
    """Lines, and those of them that are blank."""
    lines = text.count(b"\n") + (0 if text.endswith(b"\n") else 1)
    if text.startswith((b"\n", b"\r\n")) or b"\n\n" in text or b"\n\r\n" in text:
        return lines, sum(1 for line in text.splitlines() if not line)
    return lines, 0
