"""What dbt says of the first model, test or seed that failed, out of all that it wrote."""

from __future__ import annotations

import re
from itertools import takewhile

_FAILED = re.compile(r"(Error in (model|test|seed)|Failure in test) ")
_TRACEBACK = "Traceback (most recent call last):"


def first_dbt_error(output: str) -> str | None:
    """The node and the reason; none where it was not dbt that failed."""
    lines = [line.strip() for line in output.splitlines()]
    start = next((at for at, line in enumerate(lines) if _FAILED.search(line)), None)
    if start is None:
        return None
    said = list(takewhile(bool, lines[start:]))
    if _TRACEBACK in said:
        # Where in Python it happened is for the log; what was wrong stands in the last line.
        return " ".join([*said[: said.index(_TRACEBACK)], said[-1]])
    return " ".join(said[:3])
