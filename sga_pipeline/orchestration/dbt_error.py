"""What went wrong in dbt, out of all that it wrote: the reason of the first model that failed, or the rows that a test found."""

from __future__ import annotations

import json
import re
from itertools import takewhile
from typing import Any

_FAILED = re.compile(r"(Error in (model|test|seed)|Failure in test) ")
_TRACEBACK = "Traceback (most recent call last):"
# Written by the macro show_failed_rows, one line for each test.
_ROWS = "rows that failed: "
_WORDS = {"city_id": "city", "feed_id": "feed", "indicator_id": "indicator", "measure_id": "measure", "area_id": "area"}
# Of what a row holds the first that is there says when.
_PERIODS = ("period", "year", "start", "period_start")


def first_dbt_error(output: str) -> str | None:
    """The node and the reason, or the rows that contradict each other; none where it was not dbt that failed."""
    lines = [line.strip() for line in output.splitlines()]
    start = next((at for at, line in enumerate(lines) if _FAILED.search(line)), None)
    if start is None:
        return None
    if " in test " in lines[start]:
        return _of_rows(lines)
    said = list(takewhile(bool, lines[start:]))
    if _TRACEBACK in said:
        # Where in Python it happened is for the log; what was wrong stands in the last line.
        return " ".join([*said[: said.index(_TRACEBACK)], said[-1]])
    return " ".join(said[:3])


def _of_rows(lines: list[str]) -> str:
    """A sentence on the test whose rows say most of where to look; its name would say nothing to whoever keeps the data."""
    found = [json.loads(line.split(_ROWS, 1)[1]) for line in lines if _ROWS in line]
    if not found:
        return "a table of the warehouse contradicts itself, and the rows could not be read."
    worst = max(found, key=lambda one: len(_places(one)))
    where = "; ".join(dict.fromkeys(_places(worst))) or "no row says where"
    more = f" and {worst['rows_n'] - len(worst['rows'])} more" if worst["rows_n"] > len(worst["rows"]) else ""
    cities = sorted({row["city_id"] for row in worst["rows"] if "city_id" in row})
    others = f", or run the other cities without [{', '.join(cities)}]" if cities else ""
    remedy = f"Look at what the feed delivered for this place and period and correct it or leave the feed out{others}."
    return f"figures in the table [{worst['table']}] contradict each other: {where}{more}. {remedy}"


def _places(failed: dict[str, Any]) -> list[str]:
    return [place for row in failed["rows"] if (place := _place(row))]


def _place(row: dict[str, str]) -> str:
    """City, feed, area and period, as far as a row names them, and the figures of an expectation."""
    named = [f"{word} [{row[column]}]" for column, word in _WORDS.items() if column in row]
    named += [f"period [{row[one]}]" for one in _PERIODS if one in row][:1]
    return ", ".join([*named, *([row["figures"]] if "figures" in row else [])])
