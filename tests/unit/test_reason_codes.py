"""The codes of reasons that SQL gives and compares with are those of contracts/catalogue/reasons.csv, and none other."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

from sga_pipeline.paths import CONTRACTS, DBT_PROJECT

MODELS = sorted((DBT_PROJECT / "models").rglob("*.sql"))
# A code is given as the outcome of a case, as a literal, or where a code may be null; or it is compared with.
CASE_OR_END = re.compile(r"\b(case|end)\b")
OUTCOME = re.compile(r"\b(?:then|else|,)\s+(?:coalesce\(\w+\.reason_code, )?'(\w+)'")
COMPARED = re.compile(r"reason_code\b[^\n']*?(?:=|<>|\bin\b)\s*\(?((?:'\w*'(?:,\s*)?)+)")


def listed() -> set[str]:
    with (CONTRACTS / "catalogue" / "reasons.csv").open(encoding="utf-8", newline="") as stream:
        return {row["reason_code"] for row in csv.DictReader(stream)}


def given(sql: str) -> Iterator[str]:
    """The codes in every expression that is named reason_code."""
    for name in re.finditer(r"'(\w+)' as reason_code\b", sql):
        yield name[1]
    for name in re.finditer(r"\bend as reason_code\b", sql):
        depth, start = 1, 0
        for word in reversed(list(CASE_OR_END.finditer(sql, 0, name.start()))):
            depth += 1 if word[1] == "end" else -1
            if depth == 0:
                start = word.start()
                break
        yield from (one[1] for one in OUTCOME.finditer(sql[start : name.start()]))


def compared(sql: str) -> Iterator[str]:
    for found in COMPARED.finditer(sql):
        yield from re.findall(r"'(\w+)'", found[1])


def test_every_code_that_sql_gives_is_listed_and_every_listed_code_is_given() -> None:
    assert {code for file in MODELS for code in given(file.read_text(encoding="utf-8"))} == listed()


def test_every_code_that_is_compared_with_is_listed() -> None:
    files = [*MODELS, *(CONTRACTS.parent / "sga_pipeline" / "expectations").rglob("*.py")]
    found = {code for file in files for code in compared(file.read_text(encoding="utf-8"))}
    assert {"months_covered", "few_events"} <= found <= listed()


def test_no_sql_compares_the_text_of_a_reason() -> None:
    text = re.compile(r"\breason\b,?[^\n]*\b(like|ilike|similar to|contains)\b")
    assert [file.name for file in MODELS if text.search(file.read_text(encoding="utf-8"))] == []
