"""Rows of events that share a key: the same row twice is a duplicate, two that say different things contradict each other."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

import polars as pl

from sga_pipeline.conform.select_sql import KEY
from sga_pipeline.conform.sinks import PLACE, Duplicates
from sga_pipeline.contracts.assessment import FeedPlan
from sga_pipeline.contracts.feed import FromRow

Key = tuple[object, ...]


class EventKeys(Duplicates):
    """Takes out repeats of a row, and every row of a key that contradicts itself: nobody knows which of them is right.

    Which keys do must be known before the first row is taken (`find_conflicts`). Only keys that come twice are looked at.
    """

    def __init__(self, plan: FeedPlan) -> None:
        super().__init__(plan.shape.key, ())
        # What the program itself numbers differs in every row and says nothing of the event.
        self.compared = [
            column.name
            for column in plan.shape.columns
            if column.name not in plan.shape.key and not isinstance(plan.feed.columns.get(column.name), FromRow)
        ]
        self.conflicting: set[Key] = set()

    def find_conflicts(self, contents: Iterable[tuple[Key, str]]) -> None:
        """Learn which keys come with more than one content."""
        first: dict[Key, str] = {}
        self.conflicting |= {key for key, content in contents if first.setdefault(key, content) != content}

    def contents(self, rows: pl.DataFrame) -> Iterator[tuple[Key, str]]:
        """Key of each row and a mark of what else it says, the same in every run."""
        width = len(self.key)
        for values in rows.select(*self.key, *self.compared).iter_rows():
            yield values[:width], hashlib.blake2b(repr(values[width:]).encode(), digest_size=8).hexdigest()

    def take_out(self, rows: pl.DataFrame) -> pl.DataFrame:
        self.repeated = self.contrary = rows.clear()
        if self.suspects.is_empty() or rows.is_empty():
            return rows
        close = rows.join(self.suspects, on=KEY, how="semi", maintain_order="left")
        repeated, contrary = [], []
        places = close.select("_at", PLACE).iter_rows()
        for (at, place), (key, content) in zip(places, self.contents(close), strict=True):
            if key in self.conflicting:
                self.aside.append(place)
                self.conflicts_here.append((*key, content))
                contrary.append(at)
            elif key not in self.seen:
                self.seen[key] = (place, None, self.stretch)
            else:
                self.rows += 1
                repeated.append(at)
                if self.seen[key][2] < self.stretch:
                    self.seen_before.append((*key, content))
        return self._without(rows, repeated, contrary)
