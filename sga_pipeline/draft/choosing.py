"""Which shape the columns fit best, which comes next, and why."""

from __future__ import annotations

from dataclasses import dataclass

from sga_pipeline.contracts.csv_rows import read_rows
from sga_pipeline.draft.column import Column
from sga_pipeline.draft.meaning import wide_months, wide_years
from sga_pipeline.draft.word_lists import code_of, shape_signs
from sga_pipeline.paths import CONTRACTS

# The family most feeds of a shape belong to.
FAMILIES = {
    "crime_events": "police",
    "crime_victims": "police",
    "crime_counts": "police",
    "deaths": "health",
    "health_counts": "health",
    "population": "official_statistics",
    "observations": "official_statistics",
    "official_counts": "official_statistics",
    "areas": "spatial",
    "attestations": "governance",
    "reporting_channels": "governance",
    "survey_answers": "survey",
}
SURE = 5


@dataclass(frozen=True)
class Choice:
    """The shape, the runner-up, and the signs that spoke for the shape."""

    shape: str
    score: int
    signs: tuple[str, ...]
    runner: str
    runner_score: int
    named: bool = False

    @property
    def why(self) -> str:
        if self.named:
            return f"you named it. By its columns: {self.runner}"
        words = (
            f"the columns give {', '.join(self.signs).replace('_', ' ')}"
            if self.signs
            else "no sign points clearly to any shape"
        )
        if self.score < SURE or self.score - self.runner_score < 2:
            words += "; not sure"
        return f"{words}. Next likeliest: {self.runner}"


def choose(columns: list[Column]) -> Choice:
    """Add the points of the signs that are there."""
    there = {column.meaning for column in columns if column.meaning}
    if wide_months(columns):
        there.add("wide_months")
    if wide_years(columns):
        there.add("wide_years")
    for name in ("health_topic", "topic"):
        if any(column.meaning == "topic" and _listed(column, name) for column in columns):
            there.add(f"{name}_words")
    if sum(_question(column) for column in columns) >= 5:
        there.add("questions")
    scores: dict[str, int] = {}
    signs: dict[str, list[tuple[int, str]]] = {}
    for shape, meaning, points, _ in shape_signs():
        scores.setdefault(shape, 0)
        if meaning in there:
            scores[shape] += points
            if points > 0:
                signs.setdefault(shape, []).append((-points, meaning))
    ranked = sorted(scores, key=lambda shape: (-scores[shape], shape))
    best, runner = ranked[0], ranked[1]
    meanings = tuple(meaning for _, meaning in sorted(signs.get(best, []))[:5])
    return Choice(best, scores[best], meanings, runner, scores[runner])


def _question(column: Column) -> bool:
    """A column of few answers that means nothing else, as questions of a survey are."""
    return (
        not column.meaning
        and not column.private
        and 2 <= column.distinct <= 4
        and all(code_of("answer", value) is not None or value in {"2", "9", "8"} for value, _ in column.values)
    )


def _listed(column: Column, name: str) -> bool:
    """Whether nearly all its values are codes of a list of the catalogue, blanks written for underlines or not."""
    codes = {row["code"] for row in read_rows(CONTRACTS / "catalogue" / "codelists.csv") if row["list"] == name}
    values = [value.strip().lower().replace(" ", "_") for value, _ in column.values]
    return bool(values) and sum(value in codes for value in values) >= len(values) * 0.8
