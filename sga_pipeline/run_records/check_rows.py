"""The rules that conform checked on one feed, as rows of the table checks."""

from __future__ import annotations

from collections.abc import Iterator

from sga_pipeline.run_records.feed_record import FeedRecord
from sga_pipeline.run_records.tables import Row


def check_rows(record: FeedRecord) -> Iterator[Row]:
    """One row a rule: how many rows of the deliveries in use it was checked on, and how many failed. A rule that was checked on none has not passed."""
    in_use = [one.outcome for one in record.conformed if one.in_use]
    rules = sorted({rule for one in in_use for rule in one.severities})
    for rule in rules:
        outcomes = [one for one in in_use if rule in one.severities]
        failed, checked = sum(one.rules.get(rule, 0) for one in outcomes), sum(one.rows_in for one in outcomes)
        # A rule says nothing about a column without a single value; that it is required is another rule.
        column = rule.partition(":")[2]
        empty = all(one.filled.get(column, one.rows_kept) == 0 for one in outcomes) and not rule.startswith("required:")
        yield {
            "city_id": record.plan.city.id,
            "engine": "pandera",
            "check_name": rule,
            "asset": f"conformed/{record.plan.shape.id}/{record.plan.id}",
            "severity": outcomes[0].severities[rule],
            "passed": False if failed else None if empty or checked == 0 else True,
            "failed_rows": failed,
            "checked_rows": checked,
        }
