"""How a source makes its figures, as its owner states it: method, definition, basis of place, and breaks in the series."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sga_pipeline.contracts.strict_model import Contract, Day, Sentence

# How near the source's definition comes to the catalogue's.
ConceptMatch = Literal["exact", "near", "proxy", "unknown"]
# Where an event is counted: where it happened, where the person lived, or where it was registered.
PlaceBasis = Literal["occurrence", "residence", "registration"]


class Methods(Contract):
    """The methodological record of a data set. What is not stated is a finding, not an error."""

    concept: Sentence | None = None
    unit: Sentence | None = None
    population: Sentence | None = None
    collection_method: Sentence | None = None
    instrument: Sentence | None = None
    recall: Sentence | None = None
    counting_unit: Sentence | None = None
    counting_rule: Sentence | None = None
    classification: Sentence | None = None
    compilation: Sentence | None = None
    revision_policy: Sentence | None = None

    @property
    def unstated(self) -> list[str]:
        return [name for name in type(self).model_fields if getattr(self, name) is None]


class Break(Contract):
    """A day from which figures cannot be compared with those before."""

    date: Day
    cause: Sentence
    evidence: Sentence
    # What figures before are multiplied by to be comparable, where an overlap has shown it.
    bridge_factor: Annotated[float | None, Field(gt=0)] = None
