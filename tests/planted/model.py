"""A made-up city in memory: its contracts, its files and the findings it must raise, so that planters can spoil any of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import polars as pl

Table = pl.DataFrame


@dataclass(frozen=True)
class Scope:
    """What a defect is about. What is None was not narrowed by it."""

    city_id: str
    defect: str
    gap_code: str
    severity: str
    feed_id: str | None = None
    indicator_id: str | None = None
    area_id: str | None = None
    dimension: str | None = None


@dataclass(frozen=True)
class Planted(Scope):
    """A defect and the finding it must raise."""

    rule_id: str | None = None
    # What became of the finding, where it matters: open, explained, accepted, waived.
    status: str | None = None
    explained: bool = False


@dataclass(frozen=True)
class Unraised(Scope):
    """A scope that must stay without a finding of this severity or worse: the defect lies just below the threshold."""


@dataclass(frozen=True)
class District:
    """A rectangle with residents."""

    area_id: str
    name: str
    west: float
    south: float
    side: float
    km2: float
    residents: int


@dataclass
class MadeCity:
    """Everything that will be written into a city folder."""

    seed: int
    id: str
    first_year: int
    last_year: int
    as_of: str
    districts: list[District]
    contract: dict[str, Any]
    feeds: dict[str, dict[str, Any]] = field(default_factory=dict)
    tables: dict[str, Table] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    earlier: dict[str, tuple[str, Table]] = field(default_factory=dict)
    planted: list[Planted] = field(default_factory=list)
    unraised: list[Unraised] = field(default_factory=list)
    # Period files of a feed that the source never sent; for a feed of one file, anything in the set.
    unsent: dict[str, set[str]] = field(default_factory=dict)
    # For a feed of period files: from which period on they have a column more, and its name.
    extra_columns: dict[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def years(self) -> range:
        return range(self.first_year, self.last_year + 1)

    def must_raise(self, defect: str, gap_code: str, severity: str, **scope: Any) -> None:
        self.planted.append(Planted(self.id, defect, gap_code, severity, **scope))

    def must_not_raise(self, defect: str, gap_code: str, severity: str, **scope: Any) -> None:
        self.unraised.append(Unraised(self.id, defect, gap_code, severity, **scope))

    def drop_feed(self, feed_id: str) -> None:
        del self.feeds[feed_id], self.tables[feed_id]
        self.planted = [one for one in self.planted if one.feed_id != feed_id]
        self.unraised = [one for one in self.unraised if one.feed_id != feed_id]
