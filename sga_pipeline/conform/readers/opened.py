"""What an opened delivery is to the rest of conform, whatever its format."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Ragged:
    """A record that could not be split into its columns."""

    line: int
    reason: str
    text: str


@dataclass(frozen=True)
class Record:
    """A record as it arrived: its line (or sheet row) and its text."""

    line: int
    text: str


def _no_ragged() -> list[Ragged]:
    return []


def _no_stretches() -> list[Stretch]:
    return []


@dataclass(frozen=True)
class Opened:
    """A table of text cells. `relation` is SQL; its columns are c0, c1, ... in the order of `header`."""

    header: tuple[str, ...]
    relation: str
    # Records by their place among the unbroken ones, counted from 0 in rising order; and how many those are in all.
    records_of: Callable[[Sequence[int], int], list[Record]]
    # Records that broke; known only after every row of `relation` was read.
    ragged: Callable[[], list[Ragged]] = field(default=_no_ragged)
    # The same records in parts that can be read one by one; none where the table is small, or cannot be parted.
    stretches: Callable[[], list[Stretch]] = field(default=_no_stretches)


@dataclass(frozen=True)
class Stretch:
    """Whole records of a delivery that follow one another. The same text gives the same rows, whatever is around it."""

    sha256: str
    records: int
    # Added to a line of the stretch, this gives the line of the delivery.
    lines_before: int
    open: Callable[[], AbstractContextManager[Opened]]
