"""What pull and conform know of one feed, for the run records."""

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


class StoredDelivery(Arrived, Protocol):
    """A delivery as the raw store holds it."""

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
    # By hash and period.
    deliveries: Mapping[tuple[str, str | None], StoredDelivery]
    # Periods that should have arrived by now.
    expected: Sequence[str]
