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
    assert f"ends on {planted['late']['governance']}-12-31" in str(gaps["late", "governance"][3])
    [point] = [
        (str(r[0]), r[1])
        for r in demo.rows(
            "select evidence -> 'figures' ->> 'year', cast(evidence -> 'figures' ->> 'pile_n' as bigint) from gaps where rule_id = 'one_point'"
        )
    ]
    at_station = planted["one_point"]["police_incidents"]
    # A row whose latitude was spoilt is no longer there.
    assert point[0] == str(at_station["year"])
    assert at_station["rows"] - 12 <= int(str(point[1])) <= at_station["rows"]
    assert gaps["no_channel", "police_conduct"][0] == "high"
    assert gaps["one_channel", "corruption"][0] == "low"

    def broken(one: dict[str, int]) -> int:
        """Rows set aside; an impossible latitude costs its row nothing but itself."""
        return sum(number for name, number in one.items() if ":" in name and name != "range:latitude")

    rows_in = [one.get("rows_in", 0) for one in deliveries]
    for rule, bad_rows, limit in (
        ("doubled", [one.get("rows_duplicate", 0) for one in deliveries], 0.001),
        ("quarantined", [broken(one) for one in deliveries], 0.001),
    ):
        bad, whole = sum(bad_rows), sum(rows_in)
        # The worst delivery decides, of those of a hundred rows or more.
        shares = [number / rows for number, rows in zip(bad_rows, rows_in, strict=True) if rows >= 100]
        found = gaps.get((rule, "police_incidents"))
        assert (found is not None) == (max(bad / whole, *shares) > limit), rule
        if found:
            assert found[1:3] == (whole, whole - bad)
    found = gaps.get(("unmapped", "police_incidents"))
    assert (found is not None) == (total("unmapped") / total("rows_kept") > 0.02)
    # A little over one in a hundred has no district: below the first threshold, so it is counted and no finding.
    assert 0 < total("rows_without_area") / total("rows_kept") < 0.05
    assert ("without_area", "police_incidents") not in gaps


def test_the_made_up_city_shows_most_kinds_of_gaps(demo: Run) -> None:
    kinds = {str(row[0]) for row in demo.rows("select distinct gap_code from gaps where status <> 'closed'")}
    assert len(kinds) >= 22, sorted(kinds)
    # Its figures are all there: what is wrong with it takes no indicator away.
    assert "G01" not in kinds


def test_what_the_council_decides_is_near_what_the_guide_asks(demo: Run) -> None:
    found = demo.rows("select distinct feed_id, severity from gaps where rule_id = 'definition' and status <> 'closed'")
    assert found == [("governance", "low")]
