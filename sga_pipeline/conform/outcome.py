"""What conforming one delivery came to: counts that add up, rules that failed, codes without a mapping. Kept as JSON."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path

MAX_CODES = 200


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
    # Column, number, how often: numbers such as -999 that stand for something missing, told or not.
    sentinels: list[tuple[str, str, int]] = field(default_factory=list)
    first_day: str | None = None
    last_day: str | None = None
    file: str | None = None
    # Series, period, rows, amount: what a later delivery of the same period is held against.
    volumes: list[tuple[str, str, int, float | None]] = field(default_factory=list)

    # Correction, and rows it was applied to, and rows where the source says something else than expected.
    corrections: dict[str, list[int]] = field(default_factory=dict)
    # Areas and periods that corrected rows stand in.
    corrected: list[tuple[str, str]] = field(default_factory=list)

    def check(self) -> None:
        """A row that is in no pile is a defect of this program, never of the data."""
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
    found.corrected = [(area, period) for area, period in found.corrected]
    return found
