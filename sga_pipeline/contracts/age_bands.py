"""Age bands a contract states: what their codes say, and bands that mean nothing, alone or beside each other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

# Nobody is known to have become older; a band that begins above is a slip of the pen.
OLDEST = 125
CODE = re.compile(r"Y(?P<low>[0-9]+)(?:T(?P<high>[0-9]+))?|Y_GE(?P<open>[0-9]+)")


def ages_of(code: str) -> tuple[int, int] | None:
    """The first and the last age of a band; None for what is no band, such as _T and _U."""
    read = CODE.fullmatch(code)
    if read is None:
        return None
    if read["open"] is not None:
        return int(read["open"]), 999
    low = int(read["low"])
    return low, int(read["high"]) if read["high"] is not None else low


def what_is_wrong(code: str) -> tuple[str, str] | None:
    """Why a code that looks like a band means nothing, and what to do."""
    ages = ages_of(code)
    if ages is None:
        return None
    low, high = ages
    if high < low:
        return "the age band ends before it begins", f"Write Y{high}T{low}."
    if low > OLDEST:
        return "nobody is that old", "Correct the age band, or write _U where the age is not known."
    if OLDEST < high < 999 or code == f"Y{low}T999":
        return "nobody is that old", f"Write Y_GE{low} for all who are {low} and older."
    # One band has one code, or its rows would stand apart.
    plain = f"Y_GE{low}" if high == 999 else f"Y{low}" if "T" not in code or low == high else f"Y{low}T{high}"
    return None if plain == code else ("the age band is written in another way", f"Write {plain}.")


def sharing_ages(codes: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Pairs of bands that share ages."""
    bands = sorted({(ages, code) for code in codes if (ages := ages_of(code)) and ages[0] <= ages[1]})
    for at, ((_, high), code) in enumerate(bands):
        yield from ((code, other) for (low, _), other in bands[at + 1 :] if low <= high)


def overlapping(codes: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Pairs of which neither holds the other: people between would count twice."""
    for one, other in sharing_ages(codes):
        (low, high), (other_low, other_high) = ages_of(one) or (0, 0), ages_of(other) or (0, 0)
        if low < other_low and high < other_high:
            yield one, other
