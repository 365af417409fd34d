"""What a suite is: one summary, fetched whole, and the rules that its columns must keep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

# The columns that may say what a row of a summary is about.
SUBJECT = ("indicator_id", "feed_id")
PLACE = ("area_id", "period")


@dataclass(frozen=True)
class Rule:
    """One expectation: its type and arguments as Great Expectations names them, and what to say where it does not hold."""

    name: str
    says: str
    expectation: str
    arguments: dict[str, Any]
    # Columns of the summary that are the evidence.
    figures: tuple[str, ...]
    # A query over the tables of a release that returns the figures; {column} stands for a value of the row.
    evidence: str
    severity: str = "high"
    # Which statement a finding uses; none where a failure is ours, or another finding says it already.
    rule_id: str | None = None
    # A column of the summary that says, row by row, whether the rule applies.
    only_where: str | None = None


@dataclass(frozen=True)
class Suite:
    """One summary and its rules. `about` is `us`, `world`, or the name of a column that says which, row by row."""

    name: str
    title: str
    asset: str
    sql: str
    rules: tuple[Rule, ...]
    about: str = "us"
    # How many rows the summary has at least, counted another way; none where nothing can be promised.
    promised: str | None = None

    def about_of(self, row: dict[str, Any]) -> str:
        return self.about if self.about in {"us", "world"} else str(row[self.about])
