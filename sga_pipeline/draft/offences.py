"""Suggests ICCS codes for offences as a source words them, from lists of words in six languages. It never applies one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sga_pipeline.contracts.csv_rows import read_rows
from sga_pipeline.draft.text import EMPTY, find, words_of
from sga_pipeline.paths import CONTRACTS

MOST = 3


@dataclass(frozen=True)
class Rule:
    """A row of the list: all of `required` (each one of its alternatives) and none of `without`."""

    iccs_code: str
    language: str
    required: tuple[tuple[str, ...], ...]
    without: tuple[str, ...]


@dataclass(frozen=True)
class Suggestion:
    """A code that may fit, how well (0 to 1) and which words say so. An empty code: it may be no offence at all."""

    iccs_code: str
    title: str
    score: float
    why: str


@cache
def titles(contracts: Path = CONTRACTS) -> dict[str, str]:
    return {row["iccs_code"]: row["title"] for row in read_rows(contracts / "classifications" / "iccs.csv")}


@cache
def rules(contracts: Path = CONTRACTS) -> tuple[Rule, ...]:
    return tuple(
        Rule(
            row["iccs_code"],
            row["language"],
            tuple(tuple(one.split("|")) for one in row["words"].split()),
            tuple(row["without"].split()),
        )
        for row in read_rows(contracts / "drafting" / "iccs_words.csv")
    )


def suggest(offence: str, languages: Iterable[str] = ()) -> list[Suggestion]:
    """Up to three codes, best first; a list of languages narrows the words, English always among them."""
    words = words_of(offence.replace("_", " "))
    content = [word for word in words if word not in EMPTY]
    languages_used = {*languages, "en"} if set(languages) & {rule.language for rule in rules()} else None
    best: dict[str, tuple[float, str]] = {}
    for rule in rules():
        if languages_used is not None and rule.language not in languages_used:
            continue
        hit = _match(rule, words)
        if hit is None:
            continue
        matched = [words[place] for place in hit]
        share = len([word for word in matched if word not in EMPTY]) / max(len(content), 1)
        score = round(min(0.99, 0.35 + 0.12 * len(matched) + 0.04 * len(rule.required) + 0.25 * min(share, 1.0)), 2)
        why = f"words: {', '.join(matched)} ({rule.language})"
        if score > best.get(rule.iccs_code, (0.0, ""))[0]:
            best[rule.iccs_code] = (score, why)
    # Of equals the finer code comes first.
    ranked = sorted(best.items(), key=lambda one: (-one[1][0], -len(one[0]), one[0]))
    return [
        Suggestion(code, titles().get(code, "no offence, by its words"), score, why)
        for code, (score, why) in ranked[:MOST]
    ]


def _match(rule: Rule, words: tuple[str, ...]) -> list[int] | None:
    if any(find(term, words) for term in rule.without):
        return None
    places: list[int] = []
    for alternatives in rule.required:
        found = max((find(term, words) for term in alternatives), key=len)
        if not found:
            return None
        places += found
    return sorted(set(places))
