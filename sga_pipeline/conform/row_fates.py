"""Entries of the row ledger: how many rows of a delivery met one fate, and the period, area and code they name."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple


class Entry(NamedTuple):
    """Rows of one fate that name the same; null where they do not say, or nobody can read it."""

    fate: str
    period: str | None
    area_id: str | None
    code: str | None
    topic: str | None
    unit_counted: str | None
    sex: str | None
    rows: int
    # What they count together; of events each is one.
    amount: float
    # Rows whose amount nobody can read.
    unmeasured: int

    @property
    def name(self) -> tuple[str | None, ...]:
        return self[:-3]


def add_entries(known: Collection[Entry], more: Collection[Entry]) -> list[Entry]:
    """Both lists as one, in a fixed order."""
    sums: dict[tuple[str | None, ...], Entry] = {one.name: one for one in known}
    for one in more:
        held = sums.get(one.name)
        sums[one.name] = (
            one
            if held is None
            else held._replace(
                rows=held.rows + one.rows, amount=held.amount + one.amount, unmeasured=held.unmeasured + one.unmeasured
            )
        )
    return in_order(sums.values())


def rows_by_fate(entries: Collection[Entry]) -> Mapping[str, int]:
    """How many rows met each fate."""
    found: dict[str, int] = {}
    for one in entries:
        found[one.fate] = found.get(one.fate, 0) + one.rows
    return found


def in_order(entries: Iterable[Entry]) -> list[Entry]:
    """The same order in every run."""
    return sorted(entries, key=lambda entry: tuple(one or "" for one in entry.name))
