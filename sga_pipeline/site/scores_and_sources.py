"""Scores of categories and data sources, and the sources themselves, in words."""

from __future__ import annotations

from dataclasses import dataclass

from sga_pipeline.site.formats import Formats
from sga_pipeline.site.release_rows import ReleaseRows, Row
from sga_pipeline.site.words import Words

PARTS = ("coverage", "timeliness", "reliability", "validity", "granularity", "readiness", "mean")
# One row for each category and data source that has scores.
SCORES = """
select scores.*, coalesce(title, scope_id) as title
from scores left join sources on scope = 'feed' and feed_id = scope_id
order by scope, try_cast(scope_id as integer), title, scope_id
"""
# What a contract says where the publisher names no licence; a page says it in its own language.
UNSTATED = "not stated"
SOURCES = "select * from sources order by family, title, feed_id"


@dataclass(frozen=True)
class Score:
    """Shares in words; None is unknown."""

    title: str
    parts: list[str | None]


@dataclass(frozen=True)
class Source:
    """One data source as the catalogue of sources describes it."""

    title: str
    link: str | None
    owner: str | None
    contact: str | None
    cadence: str | None
    lag_days: int | None
    covers: str | None
    broken_down_by: str
    levels: str
    connector: str | None
    licence: str | None
    usefulness: str | None


def read_scores(rows: ReleaseRows, words: Words, formats: Formats) -> dict[str, list[Score]]:
    found: dict[str, list[Score]] = {"category": [], "feed": []}
    for row in rows.all(SCORES):
        title = row["title"]
        if row["scope"] == "category":
            title = f"{row['scope_id']} {words.code('category', row['scope_id'])}"
        parts = {part: formats.share(row[part]) for part in PARTS}
        if parts["readiness"] is None and row["readiness_at_most"] is not None:
            parts["readiness"] = words("at_most", share=formats.share(row["readiness_at_most"]))
        found.setdefault(row["scope"], []).append(Score(title, list(parts.values())))
    return found


def read_sources(rows: ReleaseRows, words: Words, formats: Formats) -> list[Source]:
    return [_source(row, words, formats) for row in rows.all(SOURCES)]


def _source(row: Row, words: Words, formats: Formats) -> Source:
    def listed(kind: str, codes: list[str] | None) -> str:
        return ", ".join(words.code(kind, code) or code for code in codes or [])

    url = row["url"] or ""
    return Source(
        title=row["title"],
        link=url if url.startswith(("https://", "http://")) else None,
        owner=row["owner"],
        contact=row["contact"],
        cadence=words.code("cadence", row["cadence"]),
        lag_days=row["allowed_lag_days"],
        covers=formats.span(row["covers_from"], row["covers_to"]),
        broken_down_by=listed("dimension", row["disaggregations"]),
        levels=listed("level", row["spatial_levels"]),
        connector=words.code("comes", row["connector"]),
        licence=None if row["licence"] == UNSTATED else row["licence"],
        usefulness=row["usefulness_grade"],
    )
