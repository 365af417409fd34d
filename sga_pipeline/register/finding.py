"""One finding: a gap with figures, severity, owner and a next step, worded from the catalogue."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from sga_pipeline.contracts.assessment import FeedPlan
from sga_pipeline.contracts.catalogue import Catalogue

SEVERITIES = ("low", "medium", "high", "critical")


@dataclass(frozen=True)
class Finding:
    """A row of the gap register. Dates of first and last sight are added by the register."""

    gap_id: str
    city_id: str
    gap_code: str
    gap_type: str
    severity: str
    indicator_id: str | None
    feed_id: str
    area_id: str | None
    period_start: date | None
    period_end: date | None
    dimension: str | None
    metric: str
    value: float | None
    threshold: float | None
    expected_n: int | None
    available_n: int | None
    statement: str
    recommendation: str
    timeframe: str
    owner: str
    evidence: str


@dataclass(frozen=True)
class FindingWriter:
    """Words findings of one feed."""

    plan: FeedPlan
    catalogue: Catalogue

    def write(
        self, statement_id: str, severity: str, *, figures: dict[str, Any], metric: str, evidence_query: str,
        value: float | None = None, threshold: float | None = None, expected_n: int | None = None,
        available_n: int | None = None, dimension: str | None = None, span: tuple[date, date] | None = None,
    ) -> Finding:  # fmt: skip
        """Make a finding; `figures` fill the statement and stand in the evidence."""
        text = self.catalogue.statements[statement_id]
        code = text["gap_code"]
        kind = self.catalogue.gap_types[code]
        city, feed = self.plan.city, self.plan.feed
        words = {"title": feed.title, "owner": feed.owner.name, "missing": "", **figures}
        identity = "|".join([city.id, code, statement_id, feed.id, dimension or ""])
        evidence = {"query": evidence_query, "figures": dict(figures)}
        return Finding(
            gap_id=hashlib.sha256(identity.encode()).hexdigest()[:16], city_id=city.id, gap_code=code,
            gap_type=kind["gap_type"], severity=severity, indicator_id=None, feed_id=feed.id, area_id=None,
            period_start=span[0] if span else None, period_end=span[1] if span else None, dimension=dimension,
            metric=metric, value=value, threshold=threshold, expected_n=expected_n, available_n=available_n,
            statement=text["en"].format(**words), recommendation=kind["recommendation"].format(**words),
            timeframe=kind["timeframe"], owner=feed.owner.name,
            evidence=json.dumps(evidence, sort_keys=True, ensure_ascii=False, default=str),
        )  # fmt: skip

    def graded(self, statement_id: str, bad: int, total: int) -> tuple[str, float] | None:
        """Severity of a share and the threshold it passed; None where nothing is wrong."""
        if bad <= 0 or total <= 0:
            return None
        kind = self.catalogue.gap_types[self.catalogue.statements[statement_id]["gap_code"]]
        passed = [(name, float(kind[name])) for name in SEVERITIES if kind[name] and bad / total > float(kind[name])]
        return passed[-1] if passed else None


def shortened(items: list[str], limit: int = 8) -> str:
    """A list a person can read: the first few, and how many more."""
    rest = len(items) - limit
    return ", ".join(items[:limit]) + (f" and {rest} more" if rest > 0 else "")
