"""Which of several names is the newest, for addresses with a *; only where the names themselves can say so."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sga_pipeline.connectors.connector import FileMissing
from sga_pipeline.errors import PullError

_SHOWN = 5


def find_newest(names: Iterable[str], pattern: str) -> str:
    """The last of the names that fit `pattern`, where they differ in digits alone and so can be put in order."""
    before, _, after = pattern.partition("*")
    fit = sorted(
        one for one in names if len(one) >= len(before) + len(after) and one.startswith(before) and one.endswith(after)
    )
    if not fit:
        raise FileMissing("no name fits the pattern", "Bring the file, or correct the address.", pattern)
    # 9 comes after 10, and march after april: such names are in no order a computer may guess.
    if len({re.sub(r"[0-9]", "0", one) for one in fit}) > 1:
        shown = ", ".join([*fit[:_SHOWN], *(["…"] if len(fit) > _SHOWN else [])])
        raise PullError(
            f"which of these is the newest does not show in their names: {shown}",
            "Name files alike, as in 2023-04 or 20230401, move strays away, or narrow the pattern.",
            pattern,
        )
    return fit[-1]
