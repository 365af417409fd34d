"""What conforming one delivery came to: counts that add up, rules that failed, codes without a mapping. Kept as JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from sga_pipeline.conform.row_fates import Entry, add_entries, rows_by_fate

MAX_CODES = 200
# Numbers of rows, which add up.
ROW_COUNTS = (
    "rows_in",
    "rows_kept",
    "rows_quarantined",
    "rows_duplicate",
    "rows_superseded",
    "rows_conflicting",
    "rows_changed",
    "rows_outside",
    "rows_outside_period",
    "rows_without_area",
    "boundaries_repaired",
)


@dataclass
class Outcome:
    """Rows in = kept + quarantined + duplicate + superseded, always. Rows out of the contract's scope are counted apart."""

    key: str
    sha256: str
    period: str | None
    accepted: bool = False
    reason: str = ""
    rows_in: int = 0
    rows_kept: int = 0
    rows_quarantined: int = 0
    rows_duplicate: int = 0
    # Rows of records that a newer delivery in use gives anew.
    rows_superseded: int = 0
    # Of those quarantined, the ones that contradict rows of another delivery in use.
    rows_conflicting: int = 0
    # Of those kept or superseded, the ones whose record an older delivery gave otherwise.
    rows_changed: int = 0
    rows_outside: int = 0
    # Of those, the ones that are out of scope because they are dated outside the period of the delivery.
    rows_outside_period: int = 0
    rows_without_area: int = 0
    # Boundaries whose rings were put right without moving them.
    boundaries_repaired: int = 0
    # Failing rows by rule; a row may fail several.
    rules: dict[str, int] = field(default_factory=dict)
    severities: dict[str, str] = field(default_factory=dict)
    # Rows by optional column whose value could not be used, and is unknown now.
    unusable: dict[str, int] = field(default_factory=dict)
    unmapped: dict[str, dict[str, int]] = field(default_factory=dict)
    # The rows with such codes by column and year;
    unmapped_years: dict[str, dict[str, int]] = field(default_factory=dict)
    # and of a table of counts what it counts under each of them, by what its rows are of.
    unmapped_amounts: dict[str, dict[str, dict[str, float]]] = field(default_factory=dict)
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

    # Rows that are not kept, by their fate and by the period, area and code they name: the row ledger.
    row_fates: list[Entry] = field(default_factory=list)
    kept_by_year: dict[str, int] = field(default_factory=dict)
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
        for mine, other in (
            (self.rules, part.rules),
            (self.filled, part.filled),
            (self.unusable, part.unusable),
            (self.kept_by_year, part.kept_by_year),
        ):
            for name, rows in other.items():
                mine[name] = mine.get(name, 0) + rows
        self.severities |= part.severities
        for column, codes in part.unmapped.items():
            self.count_unmapped(column, codes)
        for column, years in part.unmapped_years.items():
            self.count_unmapped_years(column, years)
        for column, amounts in part.unmapped_amounts.items():
            self.count_unmapped_amounts(column, [(code, of, n) for code, by in amounts.items() for of, n in by.items()])
        for correction, (applied, unexpected) in part.corrections.items():
            known = self.corrections.get(correction, [0, 0])
            self.corrections[correction] = [known[0] + applied, known[1] + unexpected]
        self.corrected = sorted({*self.corrected, *part.corrected})
        self.span(part.first_day, part.last_day)
        self.row_fates = add_entries(self.row_fates, part.row_fates)
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
        if self.rows_in != self.rows_kept + self.rows_quarantined + self.rows_duplicate + self.rows_superseded:
            raise RuntimeError(f"rows went missing while conforming {self.sha256[:16]}: {asdict(self)}")
        rows = rows_by_fate(self.row_fates)
        aside = rows.get("quarantined", 0) + rows.get("conflicting", 0)
        outside = rows.get("out_of_scope", 0) + rows.get("outside_period", 0)
        if (aside, rows.get("duplicate", 0), rows.get("superseded", 0), outside) != (
            self.rows_quarantined,
            self.rows_duplicate,
            self.rows_superseded,
            self.rows_outside,
        ):
            raise RuntimeError(f"the row ledger of {self.sha256[:16]} does not add up: {asdict(self)}")

    def count_unmapped(self, column: str, codes: dict[str, int]) -> None:
        """Add up codes without a mapping; beyond a limit only the most frequent are kept by name."""
        counter = Counter(self.unmapped.get(column, {}))
        counter.update(codes)
        self.unmapped[column] = dict(sorted(counter.most_common(MAX_CODES)))

    def count_unmapped_years(self, column: str, years: Mapping[str, int]) -> None:
        """Add up rows with codes without a mapping, by year."""
        mine = self.unmapped_years.setdefault(column, {})
        for year, rows in sorted(years.items()):
            mine[year] = mine.get(year, 0) + rows

    def count_unmapped_amounts(self, column: str, amounts: Iterable[tuple[str, str, float]]) -> None:
        """Add up what a table counts under such codes: code, what its rows are of, amount."""
        mine = self.unmapped_amounts.setdefault(column, {})
        for code, of, amount in sorted(amounts):
            if code in self.unmapped.get(column, {}):
                by = mine.setdefault(code, {})
                by[of] = by.get(of, 0.0) + amount

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=1, sort_keys=True, ensure_ascii=False)


def read_outcome(file: Path) -> Outcome | None:
    """The outcome of an earlier run, or None where there is none or it was cut short."""
    try:
        found = Outcome(**json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    found.row_fates = [Entry(*one) for one in found.row_fates]
    found.volumes = [(series, period, rows, amount) for series, period, rows, amount in found.volumes]
    found.corrected = [(area, period) for area, period in found.corrected]
    found.seen_before = [tuple(key) for key in found.seen_before]
    found.conflicting = [tuple(key) for key in found.conflicting]
    return found
