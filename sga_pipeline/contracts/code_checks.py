"""Whether values a contract states for a column may stand there: codes of lists and classifications, and bands of age."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from sga_pipeline.contracts.age_bands import overlapping, what_is_wrong
from sga_pipeline.contracts.classifications import UNKNOWN, Classification
from sga_pipeline.contracts.feed import Feed
from sga_pipeline.contracts.shape import Column, Shape

# Longer lists are not shown whole.
MANY = 40
AGE_BANDS = "age_group"
# What is wrong with a value, and what to do.
Complaint = tuple[str, str]


@dataclass(frozen=True)
class Codes:
    """Every code there is: lists of the catalogue, and classifications."""

    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    classifications: Mapping[str, Classification] = field(default_factory=dict)

    def classification(self, column: Column) -> Classification | None:
        """The one whose codes a column holds."""
        return self.classifications.get(column.codes_of or "")

    def complaints(self, value: str, column: Column) -> Iterator[Complaint]:
        """What is wrong with one value of a column."""
        allowed = self.lists.get(column.code_list or "", ())
        classification = self.classification(column)
        if column.code_list and value not in allowed:
            yield f"the code is not in the list {column.code_list}", f"Use {_named(value, allowed)}."
        if classification and value != UNKNOWN and not classification.has(value):
            yield f"{classification.title} has no such code", classification.next_step(value)
        elif column.pattern and not re.fullmatch(column.pattern, value):
            yield f"the value does not fit {column.name}", f"It must match {column.pattern}"
        elif column.name == AGE_BANDS and (wrong := what_is_wrong(value)):
            yield wrong

    def complaints_of_all(self, values: Iterable[str], column: Column) -> Iterator[tuple[str, str, str]]:
        """What is wrong with the values of a column together: the complaint, what to do, and the value."""
        if column.name == AGE_BANDS:
            for one, other in overlapping(values):
                step = "Give each age to one band; a whole beside its parts may stay."
                yield f"the age bands {one} and {other} overlap", step, other

    def coverage_complaints(self, feed: Feed, shape: Shape) -> Iterator[tuple[int, str, str, str]]:
        """Codes of a feed's coverage with which no code of its shape begins: place, complaint, what to do, value."""
        holding = [shape.column(shape.classification)] if shape.classification else []
        # Causes of death are coded in ICD-10, or in the groups of the source.
        holding += [shape.column("cause_group")]
        columns = [one for one in holding if one is not None]
        for place, code in enumerate(feed.coverage.codes):
            if not columns:
                yield place, "the shape has no codes that coverage could name", "Leave codes out.", code
            elif not any(self._begins(code, column) for column in columns):
                first = columns[0]
                classification = self.classification(first)
                named = classification.title if classification else f"the list {first.code_list}"
                allowed = self.lists.get(first.code_list or "", ())
                step = classification.next_step(code) if classification else f"Use {_named(code, allowed)}."
                yield place, f"no code of {named} begins like this", step, code

    def _begins(self, code: str, column: Column) -> bool:
        if classification := self.classification(column):
            return classification.begins_a_code(code)
        return any(one.startswith(code) for one in self.lists.get(column.code_list or "", ()))


def _named(value: str, allowed: tuple[str, ...]) -> str:
    if len(allowed) <= MANY:
        return f"one of {', '.join(allowed)}"
    return " or ".join(difflib.get_close_matches(value, allowed, n=3, cutoff=0.5)) or "a code of the catalogue"
