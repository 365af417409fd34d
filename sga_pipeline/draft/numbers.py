"""How a column's numbers are written: decimal sign, thousands separator, and what is not known."""

from __future__ import annotations

import re
from dataclasses import dataclass

_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("whole", re.compile(r"-?\d+")),
    ("three_comma", re.compile(r"-?\d{1,3},\d{3}")),
    ("three_point", re.compile(r"-?\d{1,3}\.\d{3}")),
    ("point", re.compile(r"-?\d*\.\d+(?:[eE][-+]?\d+)?")),
    ("comma", re.compile(r"-?\d*,\d+")),
    ("comma_point", re.compile(r"-?\d{1,3}(?:,\d{3})+\.\d+|-?\d{1,3}(?:,\d{3}){2,}")),
    ("point_comma", re.compile(r"-?\d{1,3}(?:\.\d{3})+,\d+|-?\d{1,3}(?:\.\d{3}){2,}")),
    ("space", re.compile(r"-?\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?:,\d+)?")),
    ("apostrophe", re.compile(r"-?\d{1,3}(?:'\d{3})+(?:\.\d+)?")),
)


@dataclass(frozen=True)
class Numbers:
    """What was found; `ambiguous` where 1,234 may be a thousand or one and a bit."""

    share: float
    whole: bool
    decimal: str
    thousands: str
    low: float
    high: float
    middle: float
    why: str
    ambiguous: bool = False

    @property
    def step(self) -> str | None:
        """The contract's step, where numbers are not written plainly."""
        if self.decimal == "." and not self.thousands:
            return None
        arguments = [f'decimal: "{self.decimal}"'] if self.decimal != "." else []
        arguments += [f'thousands: "{self.thousands}"'] if self.thousands else []
        return f"number: {{{', '.join(arguments)}}}"


def numbers_of(values: list[tuple[str, int]]) -> Numbers | None:
    """Look at values with how often each occurs."""
    total = sum(count for _, count in values)
    tally = dict.fromkeys((kind for kind, _ in _KINDS), 0)
    read: list[tuple[str, int]] = []
    for value, count in values:
        for kind, pattern in _KINDS:
            if pattern.fullmatch(value):
                tally[kind] += count
                read.append((value, count))
                break
    share = sum(tally.values()) / total if total else 0.0
    if share < 0.6:
        return None
    decimal, thousands, ambiguous = ".", "", False
    if tally["point_comma"] or (tally["comma"] and not tally["point"] and not tally["comma_point"]):
        decimal, thousands = ",", "." if tally["point_comma"] or tally["three_point"] else ""
    elif tally["comma_point"] or (tally["three_comma"] and tally["point"]):
        thousands = ","
    elif tally["space"]:
        decimal, thousands = ",", " "
    elif tally["apostrophe"]:
        thousands = "'"
    elif tally["three_comma"]:
        decimal, thousands, ambiguous = ".", ",", True
    elif tally["three_point"] and not tally["point"]:
        # Three figures after a point and never more or fewer: thousands in half of the world.
        decimal, thousands, ambiguous = ",", ".", True
    numbers = sorted(_value(text, decimal, thousands) for text, count in read)
    whole = all(number == int(number) for number in numbers)
    signs = []
    if decimal == ",":
        signs.append("decimal comma")
    if thousands:
        signs.append({",": "comma", ".": "point", " ": "blank", "'": "apostrophe"}[thousands] + " between thousands")
    why = f"{share:.0%} of {total:,} values are {'whole ' if whole else ''}numbers" + (
        f", {', '.join(signs)}" if signs else ""
    )
    if ambiguous:
        why += "; three figures always follow the sign, so it may as well be the decimal sign"
    return Numbers(
        share, whole, decimal, thousands, numbers[0], numbers[-1], numbers[len(numbers) // 2], why, ambiguous
    )


def _value(text: str, decimal: str, thousands: str) -> float:
    if thousands:
        text = re.sub("[ \u00a0\u202f]" if thousands == " " else re.escape(thousands), "", text)
    try:
        return float(text.replace(decimal, "."))
    except ValueError:
        return 0.0
