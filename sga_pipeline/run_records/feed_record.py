"""What the register is told about one feed by pull and conform, and one city's feeds together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from sga_pipeline.conform.conformed import Conformed
from sga_pipeline.conform.delivery import Arrived
from sga_pipeline.contracts.assessment import FeedPlan


class Pulled(Protocol):
    """What became of one period in a pull."""

    @property
    def period(self) -> str | None: ...
    @property
    def status(self) -> str: ...
    @property
    def message(self) -> str | None: ...


class Held(Arrived, Protocol):
    """A delivery as the raw store knows it."""

    @property
    def bytes(self) -> int: ...
    @property
    def retrieved_at(self) -> str: ...


@dataclass(frozen=True)
class FeedRecord:
    """One feed in one run."""

    plan: FeedPlan
    pulled: Sequence[Pulled]
    conformed: Sequence[Conformed]
    held: Mapping[tuple[str, str | None], Held]
    expected: Sequence[str]
