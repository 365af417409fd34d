"""One finding of the register as a page shows it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from sga_pipeline.site.formats import Formats
from sga_pipeline.site.release_rows import Row
from sga_pipeline.site.words import Words

SEVERITIES = ("critical", "high", "medium", "low")
FACETS = ("frequency_and_coverage", "methods_platforms_and_tools", "reliability_and_validity", "reporting_mechanisms")
DECIDED = ("accepted", "waived", "closed")
MEASURED = ("value", "threshold", "expected_n", "available_n")


@dataclass
class Finding:
    """Everything in words already; what does not apply is None."""

    gap_id: str
    parent_id: str | None
    code: str
    type_title: str
    severity: str
    status: str
    is_new: bool
    facet: str
    # Its place among the ten that change conclusions most, and how many indicators depend on it.
    place: int | None
    indicators: int
    core_indicators: int
    statement: str
    recommendation: str | None
    # The language the texts are really in: English where nobody has translated them.
    language: str
    indicator_id: str | None
    about: list[tuple[str, str]]
    owner: str | None
    timeframe: str | None
    first_seen: str | None
    figures: list[tuple[str, str]]
    query: str | None
    decision: list[tuple[str, str]]
    children: list[Finding] = field(default_factory=list)

    @property
    def anchor(self) -> str:
        return f"finding-{self.gap_id}"


def make_finding(row: Row, words: Words, formats: Formats) -> Finding:
    """A finding from a row of gaps joined with names and texts."""
    translated = row["text_statement"] is not None
    evidence = _evidence(row["evidence"])
    return Finding(
        gap_id=row["gap_id"],
        parent_id=row["parent_id"],
        code=row["gap_code"],
        type_title=words.code("gap", row["gap_code"]) or row["gap_code"],
        severity=row["severity"],
        status=row["status"],
        is_new=row["is_new"],
        facet=row["facet"],
        place=row["top_ten"],
        indicators=row["indicators_n"] or 0,
        core_indicators=row["core_indicators_n"] or 0,
        statement=row["text_statement"] if translated else row["statement"],
        recommendation=row["text_recommendation"] if translated else row["recommendation"],
        language=words.language if translated else "en",
        indicator_id=row["indicator_id"],
        about=_about(row, words, formats),
        owner=words("contract_author") if row["rule_id"] == "contract_blanks" else row["owner"],
        timeframe=words.code("timeframe", row["timeframe"]),
        first_seen=formats.day(row["first_seen"]),
        figures=_figures(row, evidence, words, formats),
        query=evidence.get("query"),
        decision=_decision(row, words, formats),
    )


def _about(row: Row, words: Words, formats: Formats) -> list[tuple[str, str]]:
    indicator = row["indicator_title"] and f"{row['guide_seq'] or ''} {row['indicator_title']}".strip()
    found = [
        ("indicator", indicator or row["indicator_id"]),
        ("feed", row["feed_title"] or row["feed_id"]),
        ("area", row["area_name"] or row["area_id"]),
        ("period", formats.span(row["period_start"], row["period_end"])),
    ]
    return [(words(name), text) for name, text in found if text]


def _figures(row: Row, evidence: Row, words: Words, formats: Formats) -> list[tuple[str, str]]:
    label = f"{words('value')} ({row['metric']})" if row["metric"] else words("value")
    names = {"value": label, **{name: words(name) for name in MEASURED[1:]}}
    measured = [(names[name], formats.any(row[name])) for name in MEASURED if row[name] is not None]
    figures = evidence.get("figures")
    more = figures.items() if isinstance(figures, dict) else []
    # Names of figures are the columns the query gives, so that a reader finds them there.
    # A year is a name, not an amount.
    return measured + [
        (name, str(value) if name.endswith("year") else formats.any(value))
        for name, value in more
        if name not in MEASURED
    ]


def _decision(row: Row, words: Words, formats: Formats) -> list[tuple[str, str]]:
    if row["status"] not in DECIDED:
        return []
    found = [("reason", row["decision_reason"]), ("decision_owner", row["decision_owner"])]
    if row["status"] == "closed":
        found.append(("last_seen", formats.day(row["last_seen"])))
    else:
        found.append(("decision_expires", formats.day(row["decision_expires"]) or words("no_expiry")))
    return [(words(name), text) for name, text in found if text]


def _evidence(text: str | None) -> dict[str, Any]:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {"figures": {"evidence": text}}
    return found if isinstance(found, dict) else {"figures": {"evidence": found}}
