"""What conforming one delivery came to: counts that add up, rules that failed, codes without a mapping. Kept as JSON."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path

MAX_CODES = 200
# Numbers of rows, which add up.
ROW_COUNTS = (
    "rows_in",
    "rows_kept",
    "rows_quarantined",
    "rows_duplicate",
    "rows_outside",
    "rows_outside_period",
    "rows_without_area",
    "boundaries_repaired",
)


@dataclass
class Outcome:
    """Rows in = kept + quarantined + duplicate, always. Rows out of the contract's scope are counted apart."""

    key: str
    sha256: str
    period: str | None
    accepted: bool = False
    reason: str = ""
    rows_in: int = 0
    rows_kept: int = 0
    rows_quarantined: int = 0
    rows_duplicate: int = 0
    rows_outside: int = 0
    # Of those, the ones that are out of scope because they are dated outside the period of the delivery.
    rows_outside_period: int = 0
    rows_without_area: int = 0
    # Boundaries whose rings were put right without moving them.
    boundaries_repaired: int = 0
    # Failing rows by rule; a row may fail several.
    rules: dict[str, int] = field(default_factory=dict)
    severities: dict[str, str] = field(default_factory=dict)
    unmapped: dict[str, dict[str, int]] = field(default_factory=dict)
    new_columns: list[str] = field(default_factory=list)
    # Kept rows in which each column taken from the source says something: not null, and not unknown.
    filled: dict[str, int] = field(default_factory=dict)
    # Column names as the delivery writes them.
    header: list[str] = field(default_factory=list)
    # Column, number, how often: numbers such as -999 that stand for something missing, declared or not.
    sentinels: list[tuple[str, str, int]] = field(default_factory=list)
    first_day: str | None = None
    last_day: str | None = None
    # Of the delivery's rows, one of several in the feed's folder; a large delivery has several.
    files: list[str] = field(default_factory=list)
    # Series, period, rows, amount: what a later delivery of the same period is compared with.
    volumes: list[tuple[str, str, int, float | None]] = field(default_factory=list)

    # Correction, and rows it was applied to, and rows where the source says something else than expected.
    corrections: dict[str, list[int]] = field(default_factory=dict)
    # Areas and periods of corrected rows.
    corrected: list[tuple[str, str]] = field(default_factory=list)
    # Of a stretch of a delivery: key and content of rows that were left out, for an earlier stretch has them;
    seen_before: list[tuple[str, ...]] = field(default_factory=list)
    # and of rows that were set aside, for some row of the delivery contradicts them.
    conflicting: list[tuple[str, ...]] = field(default_factory=list)

    def add(self, part: Outcome) -> None:
        """Take in what a stretch of the delivery came to."""
        for count in ROW_COUNTS:
            setattr(self, count, getattr(self, count) + getattr(part, count))
        for mine, other in ((self.rules, part.rules), (self.filled, part.filled)):
            for name, rows in other.items():
                mine[name] = mine.get(name, 0) + rows
        self.severities |= part.severities
        for column, codes in part.unmapped.items():
            self.count_unmapped(column, codes)
        for correction, (applied, unexpected) in part.corrections.items():
            known = self.corrections.get(correction, [0, 0])
            self.corrections[correction] = [known[0] + applied, known[1] + unexpected]
        self.corrected = sorted({*self.corrected, *part.corrected})
        self.span(part.first_day, part.last_day)
        self.files += part.files
        held = {(series, period): (rows, amount) for series, period, rows, amount in self.volumes}
        for series, period, more, reported in part.volumes:
            rows, amount = held.get((series, period), (0, None))
            held[series, period] = (rows + more, reported if amount is None else amount + (reported or 0.0))
        self.volumes = [(*place, *held[place]) for place in sorted(held)]

    def span(self, first: str | None, last: str | None) -> None:
        """Reach from the first day to the last of what was known and what is."""
        self.first_day = min(filter(None, (self.first_day, first)), default=None)
        self.last_day = max(filter(None, (self.last_day, last)), default=None)

    def check(self) -> None:
        """A row that is in none of the counts is a defect of this program, never of the data."""
        if self.rows_in != self.rows_kept + self.rows_quarantined + self.rows_duplicate:
            raise RuntimeError(f"rows went missing while conforming {self.sha256[:16]}: {asdict(self)}")

    def count_unmapped(self, column: str, codes: dict[str, int]) -> None:
        """Add up codes without a mapping; beyond a limit only the most frequent are kept by name."""
        counter = Counter(self.unmapped.get(column, {}))
        counter.update(codes)
        self.unmapped[column] = dict(sorted(counter.most_common(MAX_CODES)))

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=1, sort_keys=True, ensure_ascii=False)


def read_outcome(file: Path) -> Outcome | None:
    """The outcome of an earlier run, or None where there is none or it was cut short."""
    try:
        found = Outcome(**json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    found.volumes = [(series, period, rows, amount) for series, period, rows, amount in found.volumes]
    found.corrected = [(area, period) for area, period in found.corrected]
    found.seen_before = [tuple(key) for key in found.seen_before]
    found.conflicting = [tuple(key) for key in found.conflicting]
    return found
