"""Periods whose newest delivery conform refused. Their source may have a better one by now, so a pull asks for them again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from sga_pipeline.contracts.assessment import FeedPlan
from sga_pipeline.home import Home
from sga_pipeline.raw.delivery import Delivery


def refused_periods(plan: FeedPlan, deliveries: Mapping[str | None, Sequence[Delivery]], home: Home) -> set[str | None]:
    """Read from the list of deliveries that conform leaves (docs/handovers.md). Another contract may accept what this one refused."""
    try:
        lines = json.loads(home.conformed_deliveries(plan.city.id, plan.id).read_text(encoding="utf-8"))
        refused = {
            (line["period"], line["sha256"])
            for line in lines
            if not line["accepted"] and line["contract_hash"] == plan.contract_hash
        }
    except (OSError, ValueError, KeyError, TypeError):
        # Without the list nothing is asked for a second time, and nothing is lost.
        return set()
    return {period for period, found in deliveries.items() if found and (period, found[0].sha256) in refused}
