"""The findings of a release in the order they are read, those that another explains grouped under it."""

from __future__ import annotations

from dataclasses import dataclass

from sga_pipeline.site.finding import DECIDED, FACETS, SEVERITIES, Finding, make_finding
from sga_pipeline.site.formats import Formats
from sga_pipeline.site.release_rows import ReleaseRows
from sga_pipeline.site.words import Words

# One row for each finding, with its text in the page's language and the names of what it is about.
FINDINGS = """
select g.*, t.statement as text_statement, t.recommendation as text_recommendation, i.guide_seq, coalesce(i.short_title, i.title_guide) as indicator_title,
  s.title as feed_title, a.name as area_name
from gaps as g
left join gap_texts as t on t.gap_id = g.gap_id and t.language = '{language}'
left join indicators as i on i.indicator_id = g.indicator_id
left join sources as s on s.feed_id = g.feed_id
left join (select area_id, any_value(name order by boundary_version desc) as name from areas group by area_id) as a on a.area_id = g.area_id
order by list_position(['critical', 'high', 'medium', 'low'], g.severity), g.first_seen, g.gap_code, i.guide_seq, g.indicator_id, g.feed_id, g.area_id,
  g.period_start, g.statement, g.gap_id
"""


@dataclass(frozen=True)
class SeverityLine:
    """One line of the summary."""

    severity: str
    open: int
    new: int
    explained: int


@dataclass(frozen=True)
class Register:
    """Findings by what a reader does with them."""

    by_severity: dict[str, list[Finding]]
    # What the guide says that gaps relate to; worst first within each.
    by_facet: dict[str, list[Finding]]
    leading: list[Finding]
    decided: list[Finding]
    lines: list[SeverityLine]
    total: SeverityLine
    decided_counts: dict[str, int]
    is_first: bool

    def by_owner(self) -> list[tuple[str | None, list[Finding]]]:
        """What each office is asked, the office with the worst findings first."""
        asked: dict[str | None, list[Finding]] = {}
        for one in (one for group in self.by_severity.values() for one in group):
            asked.setdefault(one.owner, []).append(one)
        return sorted(asked.items(), key=lambda item: ([-_count(item[1], name) for name in SEVERITIES], item[0] or ""))

    def about_indicator(self) -> dict[str, list[Finding]]:
        """Open findings a reader meets on the page, by each indicator that they or what they explain are about."""
        found: dict[str, dict[str, Finding]] = {}
        for top in (one for group in self.by_severity.values() for one in group):
            for each in (top, *top.children):
                if each.indicator_id:
                    found.setdefault(each.indicator_id, {})[top.gap_id] = top
        return {indicator: list(tops.values()) for indicator, tops in found.items()}


def read_register(rows: ReleaseRows, words: Words, formats: Formats) -> Register:
    # A release before leaves findings that are not new: open ones, or closed.
    is_first = rows.one("select count(*) > 0 and bool_and(is_new) as is_first from gaps")["is_first"]
    findings = [make_finding(row, words, formats) for row in rows.all(FINDINGS.format(language=words.language))]
    tops = _grouped(findings)
    shown = [one for one in tops if one.status not in DECIDED]
    lines = [_line(name, [one for one in findings if one.severity == name]) for name in SEVERITIES]
    return Register(
        by_severity={name: [one for one in shown if one.severity == name] for name in SEVERITIES},
        by_facet={name: [one for one in shown if one.facet == name] for name in FACETS},
        leading=sorted((one for one in shown if one.place), key=lambda one: one.place or 0),
        decided=sorted((one for one in tops if one.status in DECIDED), key=lambda one: DECIDED.index(one.status)),
        lines=lines,
        total=_line("all", findings),
        decided_counts={status: sum(one.status == status for one in findings) for status in DECIDED},
        is_first=bool(is_first),
    )


def _count(findings: list[Finding], severity: str) -> int:
    return sum(one.severity == severity for one in findings)


def _line(name: str, findings: list[Finding]) -> SeverityLine:
    opened = [one for one in findings if one.status == "open"]
    return SeverityLine(
        name, len(opened), sum(one.is_new for one in opened), sum(one.status == "explained" for one in findings)
    )


def _grouped(findings: list[Finding]) -> list[Finding]:
    """Findings that stand for themselves; all others, however deep, are listed under the one at their top."""
    known = {one.gap_id: one for one in findings}
    tops = []
    for finding in findings:
        top = _top(finding, known)
        if top is finding:
            tops.append(finding)
        else:
            top.children.append(finding)
    return tops


def _top(finding: Finding, known: dict[str, Finding]) -> Finding:
    seen = {finding.gap_id}
    at = finding
    # A decided finding is shown with its decision, whoever explains it.
    while at.status not in DECIDED and at.parent_id in known and at.parent_id not in seen:
        at = known[at.parent_id]
        seen.add(at.gap_id)
    return at
