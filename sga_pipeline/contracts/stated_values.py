"""Whether a value that a contract states can stand in its column: a day of the calendar, a number, within what the shape allows."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from datetime import datetime

from sga_pipeline.contracts.shape import Column
from sga_pipeline.contracts.steps import Boolean, Date, DateTime, Number, Step
from sga_pipeline.contracts.strict_model import is_day


def reads(text: str, column: Column) -> bool:
    """Whether this is a value of the column as a conformed row has it."""
    if column.type == "integer":
        return re.fullmatch(r"-?[0-9]{1,18}", text) is not None
    if column.type == "number":
        return re.fullmatch(r"-?[0-9]+([.][0-9]+)?", text) is not None
    if column.type == "boolean":
        return text in {"true", "false"}
    return is_day(text) if column.type == "date" else True


def is_within(text: str, column: Column) -> bool:
    """Whether a value that reads lies within the limits of its column."""
    given = float(text) if column.type in {"integer", "number"} else text
    low, high = column.minimum, column.maximum
    return not ((low is not None and given < low) or (high is not None and given > high))


def unreadable(value: str, column: Column, closing: Step | None) -> Iterator[tuple[str, str]]:
    """Why a value that steps give cannot be read by the closing step, or by the column's own type; and what to do."""
    if isinstance(closing, Date | DateTime):
        if not any(_is_moment(value, form) for form in closing.formats):
            yield (
                f"the value is no {'day' if column.type == 'date' else 'hour'} by {' or '.join(closing.formats)}",
                ("Write one of the calendar, in that form."),
            )
    elif isinstance(closing, Number):
        if not _is_number(value, closing):
            yield "the value is no number as the step says numbers are written", "Correct it."
    elif isinstance(closing, Boolean):
        if value not in {*closing.yes, *closing.no}:
            yield "the value is neither yes nor no", f"Use one of {[*closing.yes, *closing.no]}."
    elif not reads(value, column):
        yield f"this is no {column.type}", "Write it as a conformed row has it, a day as 2024-12-31."
    elif not is_within(value, column):
        yield (
            f"the value lies outside what {column.name} may be",
            f"It lies between {column.minimum} and {column.maximum}.",
        )


def _is_moment(value: str, form: str) -> bool:
    try:
        datetime.strptime(value, form.replace("%-", "%"))
    except ValueError as error:
        # What only the database reads is left to it.
        return "bad directive" in str(error)
    return True


def _is_number(value: str, step: Number) -> bool:
    plain = value.replace(step.thousands, "") if step.thousands else value
    try:
        return math.isfinite(float(plain.replace(step.decimal, ".").strip()))
    except ValueError:
        return False
