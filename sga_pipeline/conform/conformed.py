"""What became of the deliveries of a feed, in the file that conform leaves for the stages after it and for the next pull."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sga_pipeline.conform.delivery import Arrived
from sga_pipeline.conform.outcome import Outcome, read_outcome
from sga_pipeline.contracts.assessment import FeedPlan
from sga_pipeline.errors import SgaError
from sga_pipeline.home import Home, write_text


@dataclass(frozen=True)
class Conformed:
    """One delivery of a feed and what became of it."""

    delivery: Arrived
    outcome: Outcome
    in_use: bool
    # False where an earlier run had done the work.
    fresh: bool
    # A newer delivery of the same period is in use.
    superseded: bool = False


def outcome_file(plan: FeedPlan, key: str, home: Home) -> Path:
    """Where the outcome of one delivery is kept; the key stands for its bytes and the contract."""
    return home.conformed / "_outcomes" / plan.city.id / plan.id / f"{key}.json"


def write_conformed(plan: FeedPlan, conformed: Sequence[Conformed], home: Home) -> None:
    """List the deliveries in their order, each with the key of its outcome; docs/handovers.md declares the form."""
    lines = [
        {
            "sha256": one.delivery.sha256,
            "period": one.delivery.period,
            "contract_hash": plan.contract_hash,
            "outcome": one.outcome.key,
            "accepted": one.outcome.accepted,
            "in_use": one.in_use,
            "superseded": one.superseded,
        }
        for one in conformed
    ]
    file = home.conformed_deliveries(plan.city.id, plan.id)
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_text(file, json.dumps(lines, indent=1))


def read_conformed(plan: FeedPlan, deliveries: Mapping[str | None, Sequence[Arrived]], home: Home) -> list[Conformed]:
    """What `conform_feed` gave when it last ran, without conforming anything."""
    file = home.conformed_deliveries(plan.city.id, plan.id)
    arrived = {(one.sha256, one.period): one for of_period in deliveries.values() for one in of_period}
    found = []
    try:
        for line in json.loads(file.read_text(encoding="utf-8")):
            outcome = read_outcome(outcome_file(plan, line["outcome"], home))
            if outcome is None:
                raise KeyError(line["outcome"])
            delivery = arrived[line["sha256"], line["period"]]
            found.append(Conformed(delivery, outcome, line["in_use"], False, line["superseded"]))
    except (OSError, ValueError, KeyError, TypeError):
        raise SgaError(
            "the feed has not been conformed with the deliveries that are here",
            f"Conform the shape {plan.shape.id} first; `sga run` does so.",
            plan.id,
            file,
        ) from None
    return found
