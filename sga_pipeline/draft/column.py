"""One column of a delivery as it was found: what is in it, how it is written, what it may mean, whose it may be."""

from __future__ import annotations

from dataclasses import dataclass, field

from sga_pipeline.draft.dates import Dates
from sga_pipeline.draft.numbers import Numbers

# Rarer values may be somebody's; they are never shown.
FEWEST = 5
# Meanings whose values are codes and words of an office, never a person's; only these are ever shown.
SHOWN = frozenset(
    [
        "sex",
        "age_group",
        "weapon",
        "location_type",
        "relation",
        "cleared",
        "attempted",
        "offence",
        "area",
        "area_name",
        "cause",
        "month",
        "year",
        "quarter",
        "topic",
        "indicator",
        "level",
        "theme",
        "channel",
        "functioning",
        "answer",
        "period",
        "ethnicity",
    ]
)


@dataclass
class Column:
    """Facts of one column. `values` holds distinct values with their counts and is not for show; `shown` is."""

    name: str
    place: int
    rows: int
    filled: int
    distinct: int
    # Distinct values, most frequent first; bounded.
    values: list[tuple[str, int]]
    average_length: float
    dates: Dates | None = None
    numbers: Numbers | None = None
    meanings: list[tuple[str, float, str]] = field(default_factory=list)
    meaning: str = ""
    why: str = ""
    private: str = ""
    missing_words: list[tuple[str, int]] = field(default_factory=list)

    @property
    def unique(self) -> bool:
        return self.filled == self.rows == self.distinct

    @property
    def missing_share(self) -> float:
        return 1 - self.filled / self.rows if self.rows else 0.0

    @property
    def shown(self) -> list[tuple[str, int]]:
        """Values that may be shown: of a column that is nobody's, and frequent enough."""
        if self.private or self.meaning not in SHOWN:
            return []
        return [(value, count) for value, count in self.values if count >= FEWEST]
