"""The lists of words that drafts go by (contracts/drafting): header words, value words, signs of shapes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from sga_pipeline.contracts.csv_rows import read_rows
from sga_pipeline.draft.text import find, plain, words_of
from sga_pipeline.paths import CONTRACTS

FOLDER = CONTRACTS / "drafting"


@dataclass(frozen=True)
class HeaderRule:
    """Words a column's name must have to mean something, and words it must not have."""

    meaning: str
    language: str
    required: tuple[tuple[str, ...], ...]
    without: tuple[str, ...]


@cache
def header_rules() -> tuple[HeaderRule, ...]:
    return tuple(
        HeaderRule(
            row["meaning"],
            row["language"],
            tuple(tuple(one.split("|")) for one in row["words"].split()),
            tuple(row["without"].split()),
        )
        for row in read_rows(FOLDER / "header_words.csv")
    )


def meanings_of(header: str) -> list[tuple[str, float, str]]:
    """What a column's name may mean, best first: meaning, how much of the name says so, the words and language."""
    words = words_of(re.sub(r"#|\b[Nn]\s?[º°]", " number ", header).replace("№", " номер "))
    found: dict[str, tuple[float, int, str]] = {}
    for order, rule in enumerate(header_rules()):
        if any(find(term, words) for term in rule.without):
            continue
        places: set[int] = set()
        for alternatives in rule.required:
            hit = max((find(term, words) for term in alternatives), key=len)
            if not hit:
                break
            places |= set(hit)
        else:
            score = round(len(places) + len(places) / len(words), 2)
            why = f"its name has {', '.join(words[at] for at in sorted(places))} ({rule.language})"
            if score > found.get(rule.meaning, (0.0, 0, ""))[0]:
                found[rule.meaning] = (score, order, why)
    ranked = sorted(found.items(), key=lambda one: (-one[1][0], one[1][1]))
    return [(meaning, score, why) for meaning, (score, _, why) in ranked]


@cache
def values_of(name: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Codes of a list with the words for each, made comparable."""
    return tuple(
        (row["code"], tuple(plain(one) or one for one in row["values"].split("|")))
        for row in read_rows(FOLDER / "value_words.csv")
        if row["list"] == name
    )


@cache
def code_of(name: str, value: str) -> str | None:
    """The code a value stands for in a list; None where the list does not know it."""
    said = plain(value) or value.strip()
    return next((code for code, words in values_of(name) if said in words), None)


@cache
def missing_words() -> frozenset[str]:
    """What sources write where they have nothing, exactly as written but for case."""
    return frozenset(
        one.strip().lower()
        for row in read_rows(FOLDER / "value_words.csv")
        if row["list"] == "missing"
        for one in row["values"].split("|")
    )


@cache
def shape_signs() -> tuple[tuple[str, str, int, str], ...]:
    """Shape, meaning, points for it, and the shape's column the meaning fills."""
    return tuple(
        (row["shape"], row["meaning"], int(row["points"]), row["column"])
        for row in read_rows(FOLDER / "shape_signs.csv")
    )
