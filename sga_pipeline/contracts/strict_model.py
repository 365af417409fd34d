"""What every contract model shares: strictness, and the text types that codes and names are made of."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema


class Contract(BaseModel):
    """Unknown keys and wrong types are errors; a contract never changes after it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def _as_text(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


# A code: text even where it looks like a number.
Code = Annotated[str, BeforeValidator(_as_text), WithJsonSchema({"type": ["string", "integer"]})]
IDENTIFIER = r"^[a-z][a-z0-9_]{0,62}$"
Identifier = Annotated[str, Field(pattern=IDENTIFIER)]


def is_day(text: str) -> bool:
    """Whether this is a day of the calendar, written as 2024-12-31."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _day(text: str) -> str:
    if not is_day(text):
        raise ValueError("no day of the calendar")
    return text


DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
Day = Annotated[str, Field(pattern=DAY), AfterValidator(_day)]


def _day_or_latest(text: str) -> str:
    if text != "latest" and not is_day(text):
        raise ValueError("neither a day of the calendar nor latest")
    return text


DayOrLatest = Annotated[
    str,
    AfterValidator(_day_or_latest),
    WithJsonSchema({"anyOf": [{"pattern": DAY, "type": "string"}, {"const": "latest", "type": "string"}]}),
]
Sentence = Annotated[str, Field(min_length=1)]


def _regular(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from None
    return text


# A regular expression that a whole text must match.
Pattern = Annotated[str, Field(min_length=1), AfterValidator(_regular)]
