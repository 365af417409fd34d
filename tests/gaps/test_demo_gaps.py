"""What the made-up city's register finds, against what was planted in its files."""

from __future__ import annotations

import json
from typing import Any

from tests.runs import Run


def test_planted_gaps_are_found(demo: Run) -> None:
    planted: dict[str, Any] = json.loads(
        (demo.home / "cities" / demo.city_id / "truth" / "planted.json").read_text(encoding="utf-8")
    )
    rows = demo.rows(
        "select rule_id, coalesce(feed_id, dimension), severity, expected_n, available_n, statement from gaps where status <> 'closed'"
    )
    gaps = {(str(r[0]), str(r[1])): r[2:] for r in rows}
    deliveries = planted["deliveries"]["police_incidents"].values()

    def total(name: str) -> int:
        return sum(one.get(name, 0) for one in deliveries)

    # One month of 120 is missing: too few for the feed, and enough to withhold a year.
    assert ("missing_periods", "police_incidents") not in gaps or gaps["missing_periods", "police_incidents"][
        0
    ] == "low"
    year = planted["missing"]["police_incidents"][0][:4]
    assert gaps["partial_year", "police_incidents"][0] == "medium"
    assert f"11 of 12 months of {year}" in str(gaps["partial_year", "police_incidents"][3])
    assert gaps["provenance", "governance"][0] == "high"
    assert gaps["no_channel", "police_conduct"][0] == "high"
    assert gaps["one_channel", "corruption"][0] == "low"
    for rule, bad, whole in (
        ("doubled", total("rows_duplicate"), total("rows_in")),
        ("unmapped", total("unmapped"), total("rows_kept")),
        (
            "quarantined",
            sum(number for one in deliveries for name, number in one.items() if ":" in name),
            total("rows_in"),
        ),
    ):
        limit = {"doubled": 0.001, "unmapped": 0.02, "quarantined": 0.001}[rule]
        found = gaps.get((rule, "police_incidents"))
        assert (found is not None) == (bad / whole > limit), rule
        if found:
            assert found[1:3] == (whole, whole - bad)
    # A little over one in a hundred has no district: below the first threshold, so it is counted and no finding.
    assert 0 < total("rows_without_area") / total("rows_kept") < 0.05
    assert ("without_area", "police_incidents") not in gaps
