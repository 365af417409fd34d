"""Finds columns that may be about a person: by their names, and by what their values look like. Only the fact is kept."""

from __future__ import annotations

import re

from sga_pipeline.draft.column import Column

_NAMED = {
    "person_name": "names of persons",
    "identity_no": "numbers of identity papers",
    "address": "addresses",
    "phone": "telephone numbers",
    "email": "mail addresses",
    "free_text": "free text",
    "birth_date": "days of birth",
}
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[a-zA-Z]{2,}")
_PHONE = re.compile(r"\+?[0-9][0-9 ()./-]{7,17}[0-9]")
_IDENTITY = re.compile(
    r"[A-Z]{4}[0-9]{6}[HM][A-Z]{5}[A-Z0-9][0-9]|[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}|[0-9]{3}-[0-9]{2}-[0-9]{4}|[0-9]{3}-[0-9]{3}-[0-9]{3} [0-9]{2}"
)
_NAME = re.compile(r"[^\W\d_]{2,}([ ,.'-]+[^\W\d_]{1,}){1,4}")
_STREET = re.compile(
    r"(?i)\b(street|avenue|ave|road|calle|avenida|av|rua|rue|улица|ул)\b.*[0-9]|^[0-9]+\w* .*\b(street|avenue|road|drive|lane|boulevard|ave|rd|blvd)\b|^[0-9]+\w* [NSEW]? ?\w+ (st|ave|rd|blvd|dr)\b"
)
# Meanings of a name that is an office's word and no person's, whatever its values look like.
_OFFICIAL = {
    "area",
    "area_name",
    "offence",
    "offence_description",
    "cause",
    "weapon",
    "location_type",
    "indicator",
    "topic",
    "age_group",
    "sex",
    "office",
    "document",
    "geometry",
    "relation",
    "level",
    "ethnicity",
    "theme",
    "channel",
    "month",
}


def mark_private(column: Column) -> None:
    """Set `private` to what the column may hold about persons."""
    best = column.meanings[0][0] if column.meanings else ""
    for meaning, _, _ in column.meanings[:1]:
        if meaning in _NAMED:
            column.private = f"its name says {_NAMED[meaning]}"
            return
    values = column.values[:3000]
    if not values:
        return
    texts = [value for value, _ in values]

    def share(pattern: re.Pattern[str]) -> float:
        return sum(bool(pattern.search(one) if pattern is _STREET else pattern.fullmatch(one)) for one in texts) / len(
            texts
        )

    spread = column.distinct / max(column.filled, 1)
    if share(_EMAIL) > 0.3:
        column.private = "its values look like mail addresses"
    elif share(_IDENTITY) > 0.3:
        column.private = "its values look like numbers of identity papers"
    elif share(_STREET) > 0.3 and best != "geometry":
        column.private = "its values look like addresses"
    elif (
        not column.dates
        and not (column.numbers and not any(one[:1] in "+(" or " " in one for one in texts[:50]))
        and share(_PHONE) > 0.6
        and best not in {"event_id", "area"}
    ):
        column.private = "its values look like telephone numbers"
    elif (
        best != "geometry" and column.average_length > 60 and column.distinct > 20 and spread > 0.3 and not column.dates
    ):
        column.private = "its values are long and nearly all different, as free text is"
    elif best not in _OFFICIAL and column.distinct > 20 and spread > 0.3 and share(_NAME) > 0.8 and not column.dates:
        column.private = "its values look like names"
