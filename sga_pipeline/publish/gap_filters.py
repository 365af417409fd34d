"""Picks findings of a release by what a reader asks for; an unknown value is an error that lists what exists."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sga_pipeline.contracts.csv_rows import read_rows
from sga_pipeline.errors import SgaError
from sga_pipeline.paths import CONTRACTS
from sga_pipeline.publish.query import run_query

SEVERITIES = ("low", "medium", "high", "critical")
ANY = "any"
# A list of what exists longer than this helps nobody; the nearest names do.
LISTED = 40
KNOWN = {
    "feed": "select feed_id from sources union select feed_id from gaps",
    "indicator": "select indicator_id from indicators union select indicator_id from gaps",
    "area": "select area_id from areas union select area_id from gaps",
    "owner": "select owner from gaps union select owner from sources",
    "category": "select distinct category_no::varchar from indicators",
}
# A finding about a whole category names it among its figures.
IN_CATEGORY = (
    "coalesce((select category_no::varchar from indicators where indicators.indicator_id = gaps.indicator_id), "
    "json_extract_string(evidence, '$.figures.category_no')) = ?"
)
NEWEST = "is_new"
WORST_FIRST = "top_ten nulls last, list_position(['critical', 'high', 'medium', 'low'], severity), first_seen, gap_code, feed_id, indicator_id, area_id, period_start, statement, gap_id"


@dataclass(frozen=True)
class GapFilters:
    """What is asked for; None is everything."""

    min_severity: str = "low"
    code: str | None = None
    category: str | None = None
    feed: str | None = None
    indicator: str | None = None
    area: str | None = None
    owner: str | None = None
    status: str = "open"
    with_explained: bool = False
    only_new: bool = False
    language: str = "en"


def find_gaps(release: Path, asked: GapFilters) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Every column of the findings asked for, worst first, their texts in the language asked for."""
    values = {name: _known(release, name, getattr(asked, name)) for name in KNOWN if getattr(asked, name) is not None}
    severities = list(SEVERITIES[SEVERITIES.index(asked.min_severity) :])
    conditions = ["list_contains(?, severity)"]
    parameters: list[Any] = [severities]
    if asked.status != ANY:
        conditions.append("list_contains(?, status)")
        parameters.append([asked.status, *(["explained"] if asked.with_explained else [])])
    for column, name in (("feed_id", "feed"), ("indicator_id", "indicator"), ("area_id", "area"), ("owner", "owner")):
        if name in values:
            conditions.append(f"{column} = ?")
            parameters.append(values[name])
    if asked.code is not None:
        conditions.append("list_contains(?, gap_code)")
        parameters.append(_codes(release, asked.code))
    if "category" in values:
        conditions.append(IN_CATEGORY)
        parameters.append(values["category"])
    if asked.only_new:
        conditions.append(NEWEST)
    columns, texts = "*", list[Any]()
    if asked.language != "en":
        columns, texts = f"* replace ({_text('statement')}, {_text('recommendation')})", [asked.language] * 2
    sql = f"select {columns} from gaps where {' and '.join(conditions)} order by {WORST_FIRST}"
    return run_query(release, sql, [*texts, *parameters])


def _text(column: str) -> str:
    found = f"select any_value(t.{column}) from gap_texts as t where t.gap_id = gaps.gap_id and t.language = ?"
    return f"coalesce(({found}), {column}) as {column}"


def _known(release: Path, name: str, value: str) -> str:
    """The value as the release spells it."""
    _, rows = run_query(release, KNOWN[name])
    return _match(name, value, sorted({str(row[0]) for row in rows if row[0] is not None}))


def _codes(release: Path, asked: str) -> list[str]:
    """A code, or all codes of a family: G09 is G09a to G09d."""
    catalogue = {row["gap_code"] for row in read_rows(CONTRACTS / "catalogue" / "gap_types.csv")}
    known = sorted(catalogue | {row[0] for row in run_query(release, "select distinct gap_code from gaps")[1]})
    family = [code for code in known if code[:-1].casefold() == asked.casefold() and code[-1].isalpha()]
    return family or [_match("code", asked, known)]


def _match(name: str, value: str, known: list[str]) -> str:
    for one in known:
        if one.casefold() == value.casefold():
            return one
    near = known if len(known) <= LISTED else difflib.get_close_matches(value, known, n=8, cutoff=0.3)
    more = f" (the nearest of {len(known)})" if len(known) > LISTED else ""
    raise SgaError(
        f"there is no such {name} in this release", f"Choose one of{more}: {', '.join(near) or 'none'}.", value
    )
