"""Which indicators count a part of what others count, read off the filters of their measures."""

from __future__ import annotations

from collections.abc import Callable

from sga_pipeline.contracts.catalogue import Catalogue
from sga_pipeline.expectations.facts import measures_of

_KINDS = {"count", "rate", "share", "trailing"}
_SAME = ("shape", "amount")
_PREFIXES = ("iccs_code",)
_RANGES = ("icd10",)
_SETS = (
    "cause_group",
    "topic",
    "unit_counted",
    "weapon",
    "relation",
    "situation",
    "location_type",
    "cleared",
    "sex",
    "age_group",
)


def parts_of_wholes(catalogue: Catalogue) -> list[tuple[str, str]]:
    """Pairs of indicators: all that the first counts, the second counts too, from the same feed and over the same whole."""
    rows = [row for row in catalogue.indicators.values() if row["kind"] in _KINDS and row["numerator"]]
    return [
        (part["indicator_id"], whole["indicator_id"])
        for part in rows
        for whole in rows
        if part["numerator"] != whole["numerator"]
        and all(part[column] == whole[column] for column in ("kind", "denominator", "multiplier", "years"))
        and _within(measures_of(part, "numerator", catalogue), measures_of(whole, "numerator", catalogue))
    ]


def _within(parts: list[dict[str, str]], wholes: list[dict[str, str]]) -> bool:
    """Whichever measures the two are taken from: where they are of one shape, the part lies within the whole."""
    shapes = {one["shape"] for one in wholes}
    return all(one["shape"] in shapes for one in parts) and all(
        measure_within(part, whole) for part in parts for whole in wholes if part["shape"] == whole["shape"]
    )


def measure_within(part: dict[str, str], whole: dict[str, str]) -> bool:
    """Whether every row the one counts is counted by the other."""
    return (
        all(part[column] == whole[column] for column in _SAME)
        and all(_all_match(part[column], whole[column], str.startswith) for column in _PREFIXES)
        and all(_all_match(part[column], whole[column], _range_within) for column in _RANGES)
        and all(_all_match(part[column], whole[column], str.__eq__) for column in _SETS)
    )


def _all_match(part: str, whole: str, lies_in: Callable[[str, str], bool]) -> bool:
    if not whole:
        return True
    return bool(part) and all(any(lies_in(one, other) for other in whole.split(";")) for one in part.split(";"))


def _range_within(part: str, whole: str) -> bool:
    (first, last), (lowest, highest) = _ends(part), _ends(whole)
    return lowest <= first and last <= highest


def _ends(codes: str) -> tuple[str, str]:
    first, _, last = codes.partition("-")
    return first, (last or first) + "~"
