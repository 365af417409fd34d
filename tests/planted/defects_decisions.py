"""What a city decided about its gaps: accepted, waived, run out, not needed; and limits it set for itself."""

from __future__ import annotations

from dataclasses import replace

from tests.planted.grading import lighter
from tests.planted.model import MadeCity, Planted

DECISIONS = "gap_code,rule_id,indicator_id,feed_id,area_id,decision,reason,owner,decided_on,expires\n"
THRESHOLDS = "gap_code,metric,severity,value,reason,decided_by,decided_on\n"


def decide(
    city: MadeCity, gap_code: str, decision: str, expires: str, *, indicator_id: str = "", feed_id: str = ""
) -> None:
    """A decision on what was planted before under this code and scope."""
    _line(
        city,
        "decisions",
        DECISIONS,
        f"{gap_code},,{indicator_id},{feed_id},,{decision},Known to us,Council,2024-03-01,{expires}",
    )
    for place, one in enumerate(city.planted):
        if one.gap_code == gap_code and (one.indicator_id or "") == indicator_id and (one.feed_id or "") == feed_id:
            city.planted[place] = _decided(one, decision, expires >= city.as_of)
    if expires < city.as_of:
        city.must_raise(
            "a decision ran out",
            gap_code,
            "medium",
            indicator_id=indicator_id or None,
            feed_id=feed_id or None,
            rule_id="expired_decision",
        )


def _decided(one: Planted, decision: str, holds: bool) -> Planted:
    if not holds:
        return replace(one, defect=f"{one.defect}, decision ran out", status="open")
    if decision == "accepted":
        return replace(one, defect=f"{one.defect}, accepted", severity=lighter(one.severity), status="accepted")
    return replace(one, defect=f"{one.defect}, waived", status="waived")


def not_needed(city: MadeCity, indicator_id: str) -> None:
    """The city has decided that it does not need the indicator; that it is missing is no gap."""
    _line(
        city,
        "decisions",
        DECISIONS,
        f",,{indicator_id},,,not_required,No such thing here,Council,2024-03-01,2027-01-01",
    )
    city.planted = [one for one in city.planted if one.indicator_id != indicator_id]
    city.must_not_raise("not needed here", "G01", "low", indicator_id=indicator_id)


def own_limit(city: MadeCity, gap_code: str, metric: str, severity: str, value: float) -> None:
    _line(
        city,
        "thresholds",
        THRESHOLDS,
        f"{gap_code},{metric},{severity},{value},We want to know more,Council,2024-03-01",
    )


def _line(city: MadeCity, key: str, head: str, line: str) -> None:
    city.contract[key] = f"{key}.csv"
    city.texts[f"{key}.csv"] = city.texts.get(f"{key}.csv", head) + line + "\n"
