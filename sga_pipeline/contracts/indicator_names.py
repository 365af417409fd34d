"""Whether the indicators that a feed of reported values names are in the catalogue: a value under another name would be nowhere."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping, Sequence

from sga_pipeline.contracts.feed import Constant, Feed, FromColumns, Joined
from sga_pipeline.contracts.steps import Default, Lookup, Recode, Step
from sga_pipeline.contracts.yaml_reader import Document
from sga_pipeline.errors import Problem

COLUMN = "indicator_id"
Rows = Sequence[Mapping[str, str]]


def check_indicator_names(
    feed: Feed, document: Document, indicators: Collection[str], mappings: Mapping[str, Rows]
) -> list[Problem]:
    """A problem for each name the contract gives; what the source itself writes is known only when it comes."""
    mapped = feed.columns.get(COLUMN)
    given: set[str] = set()
    if isinstance(mapped, Constant):
        given = {mapped.constant}
    elif isinstance(mapped, FromColumns | Joined) and mapped.steps:
        given = set(_given(mapped.steps[-1], mappings))
    return [
        Problem(
            "the catalogue has no such indicator", _next_step(name, indicators), name, document.file,
            document.line_of(("columns", COLUMN)),
        )
        for name in sorted(given - set(indicators) - {"_U"})
    ]  # fmt: skip


def _given(step: Step, mappings: Mapping[str, Rows]) -> Iterator[str]:
    """What the last step can turn a value into."""
    if isinstance(step, Recode):
        yield from step.values.values()
    elif isinstance(step, Default):
        yield step.text
    elif isinstance(step, Lookup):
        yield from (row[step.give] for row in mappings.get(step.mapping, ()) if row.get(step.give))


def _next_step(name: str, indicators: Collection[str]) -> str:
    close = difflib.get_close_matches(name, indicators, n=3, cutoff=0.5)
    like = f", perhaps {' or '.join(close)}" if close else ""
    return f"Use an id of contracts/catalogue/indicators.csv{like}; docs/dictionary.md explains each."
