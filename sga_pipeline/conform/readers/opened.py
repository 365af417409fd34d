"""What an opened delivery is to the rest of conform, whatever its format."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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


@dataclass(frozen=True)
class Opened:
    """A table of text cells. `relation` is SQL; its columns are c0, c1, ... in the order of `header`."""

    header: tuple[str, ...]
    relation: str
    # Records by their place among the unbroken ones, counted from 0 in rising order; and how many those are in all.
    records_of: Callable[[Sequence[int], int], list[Record]]
    # Records that broke; known only after every row of `relation` was read.
    ragged: Callable[[], list[Ragged]] = field(default=_no_ragged)
