"""New findings of a release that somebody should know of, and the message about them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sga_pipeline.publish.query import run_query

LONGEST = 20


@dataclass(frozen=True)
class Alert:
    """High and critical findings of one release that no alert was sent for before."""

    city_id: str
    release_id: str
    gap_ids: tuple[str, ...]
    subject: str
    text: str


def new_alert(release: Path, city_id: str, sent: frozenset[str]) -> Alert | None:
    """What is open, high or critical, and not in an alert yet; None where there is nothing new."""
    _, rows = run_query(
        release,
        "select gap_id, severity, gap_code, statement, recommendation, owner, timeframe from gaps "
        "where status = 'open' and severity in ('high', 'critical') order by severity, gap_code, gap_id",
    )
    news = [row for row in rows if str(row[0]) not in sent]
    if not news:
        return None
    lines = [
        f"[{severity}, {code}] {statement}\n  Next step ({timeframe}, {owner}): {step}"
        for _, severity, code, statement, step, owner, timeframe in news[:LONGEST]
    ]
    if len(news) > LONGEST:
        lines.append(f"And {len(news) - LONGEST} more: sga gaps {city_id} --min-severity high")
    critical = sum(row[1] == "critical" for row in news)
    subject = f"{city_id}: {len(news)} new findings, {critical} of them critical"
    text = "\n\n".join([subject, *lines, f"All of them: {release / 'gaps.html'}"])
    return Alert(city_id, release.name, tuple(sorted(str(row[0]) for row in news)), subject, text)
