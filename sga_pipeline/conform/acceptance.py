"""Decides whether a delivery can be used at all: by the file, and by the worst of its years."""

from __future__ import annotations

from sga_pipeline.conform.column_readings import Readings
from sga_pipeline.conform.outcome import Outcome
from sga_pipeline.contracts.assessment import FeedPlan

# A year is refused for no fewer rows: one bad row of three says little about a source.
ROWS_OF_A_BAD_YEAR = 10
BLANK_AREA = ". Rows name no area: repeat it in each row, or write what an empty cell stands for, with the step default or extent"


def judge(plan: FeedPlan, outcome: Outcome, readings: Readings) -> None:
    """Refuse the delivery whole where the contract's thresholds are passed."""
    limits = plan.feed.reject_when
    total = max(outcome.rows_in, 1)
    if outcome.rows_kept + outcome.rows_duplicate < limits.fewer_rows_than:
        outcome.reason = (
            f"{outcome.rows_kept} usable rows, fewer than the {limits.fewer_rows_than} the contract asks for"
            f"{_broken_rules(outcome, readings)}"
        )
    elif outcome.rows_quarantined / total > limits.quarantined_share:
        outcome.reason = (
            f"{outcome.rows_quarantined} of {outcome.rows_in} rows break a rule, "
            f"more than the {limits.quarantined_share:.0%} the contract allows{_broken_rules(outcome, readings)}"
        )
    elif year := _year_beyond(outcome, limits.quarantined_share):
        named, aside, rows = year
        outcome.reason = (
            f"{aside:,} of the {rows:,} rows of {named} break a rule, more than the {limits.quarantined_share:.0%} the "
            f"contract allows; of the whole delivery {outcome.rows_quarantined:,} of {outcome.rows_in:,} do. Correct "
            f"those rows or the contract, or allow more with reject_when{_broken_rules(outcome, readings)}"
        )
    elif outcome.rows_duplicate / total > limits.duplicate_share:
        outcome.reason = (
            f"{outcome.rows_duplicate} of {outcome.rows_in} rows are duplicates, more than the contract allows"
        )
    outcome.accepted = outcome.reason == ""


def _year_beyond(outcome: Outcome, limit: float) -> tuple[str, int, int] | None:
    """The year with the largest share set aside, with that number and all its rows; None where no year is beyond the limit."""
    aside: dict[str, int] = {}
    for one in outcome.row_fates:
        if one.period and one.fate in {"quarantined", "conflicting"}:
            aside[one.period[:4]] = aside.get(one.period[:4], 0) + one.rows
    years = [
        (rows / (rows + outcome.kept_by_year.get(year, 0)), year, rows)
        for year, rows in aside.items()
        if rows >= ROWS_OF_A_BAD_YEAR
    ]
    share, year, rows = max(years, default=(0.0, "", 0))
    return (year, rows, rows + outcome.kept_by_year.get(year, 0)) if share > limit else None


def _broken_rules(outcome: Outcome, readings: Readings) -> str:
    """The rules most rows fail: with the column they name, this is where to look in the contract or the file."""
    worst = sorted(outcome.rules.items(), key=lambda one: (-one[1], one[0]))[:3]
    outside = outcome.rows_outside_period
    other = f". {outside:,} rows are dated outside the period {outcome.period}, and out of scope" if outside else ""
    if not worst:
        return other
    examples = [f". {readings.examples[rule]}" for rule, _ in worst if rule in readings.examples]
    if any(rule == "blank:area_id" for rule, _ in worst):
        examples.append(BLANK_AREA)
    return f". Set aside under: {', '.join(f'{rule} ({rows:,})' for rule, rows in worst)}{''.join(examples)}{other}"
