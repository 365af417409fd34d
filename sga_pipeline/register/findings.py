"""What pull and conform found, as findings: missing, late, moved, refused, broken, doubled, unmapped, unlocated."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from sga_pipeline.conform.feed import Conformed
from sga_pipeline.contracts.assessment import FeedPlan
from sga_pipeline.contracts.catalogue import Catalogue
from sga_pipeline.periods import period_bounds, written
from sga_pipeline.register.coverage import covered
from sga_pipeline.register.finding import Finding, FindingWriter, shortened
from sga_pipeline.register.record import FeedRecord, Pulled

# How far each cadence steps: days, or the calendar's own periods.
STEPS: dict[str, int | str] = {"daily": 1, "weekly": 7, "monthly": "M", "quarterly": "Q", "annual": "A"}
# Days late from which a finding is medium, and from which it is high.
LATE_MEDIUM, LATE_HIGH = 30, 180


def feed_findings(record: FeedRecord, catalogue: Catalogue, as_of: date) -> list[Finding]:
    """All findings of one feed, in a fixed order."""
    plan, conformed = record.plan, record.conformed
    writer = FindingWriter(plan, catalogue)
    in_use = [one for one in conformed if one.in_use]
    found = [
        *_arrival(writer, in_use, record.pulled, record.expected), *_refusals(writer, conformed, bool(in_use)),
        *_lateness(writer, conformed, as_of), *_quality(writer, in_use),
    ]  # fmt: skip
    if plan.feed.licence.strip().lower() in {"not stated", "unknown", "none"}:
        found.append(writer.write("no_licence", "high", figures={"licence": plan.feed.licence}, metric="licence",
                                  evidence_query=_query("sources", plan, "licence")))  # fmt: skip
    return found


def _arrival(
    writer: FindingWriter, in_use: list[Conformed], pulled: Sequence[Pulled], expected: Sequence[str]
) -> Iterator[Finding]:
    plan = writer.plan
    failed = [one for one in pulled if one.status == "failed"]
    if failed:
        kept = "The last good delivery stays in use." if in_use else "There is no earlier delivery to fall back on."
        reasons = sorted({(one.message or "no reason given").rstrip(".") + "." for one in failed})
        figures = {"reason": shortened(reasons, 2), "fallback": kept, "failed_n": len(failed)}
        yield writer.write("unreachable", "medium" if in_use else "high", figures=figures, metric="failed pulls",
                           value=float(len(failed)), evidence_query=_query("deliveries", plan, "*"))  # fmt: skip
    if not in_use:
        reasons = sorted({one.message for one in pulled if one.status == "missing" and one.message})
        yield writer.write("no_delivery", "critical", figures={"reason": shortened(reasons, 2), "missing": "of this feed"},
                           metric="deliveries", value=0.0, expected_n=max(len(expected), 1), available_n=0,
                           evidence_query=_query("deliveries", plan, "*"))  # fmt: skip
        return
    held = {one.outcome.period for one in in_use}
    missing = [period for period in expected if period not in held]
    if missing and (grade := writer.graded("missing_periods", len(missing), len(expected))):
        runs = _longest_run(missing, expected)
        severity = "medium" if grade[0] == "low" and runs >= 2 else grade[0]
        span = (period_bounds(missing[0])[0], period_bounds(missing[-1])[1])
        figures = {
            "missing_n": len(missing),
            "expected_n": len(expected),
            "missing": shortened(missing),
            "longest_run": runs,
        }
        yield writer.write(
            "missing_periods", severity, figures=figures, metric="share of periods missing",
            value=round(len(missing) / len(expected), 6), threshold=grade[1], expected_n=len(expected),
            available_n=len(expected) - len(missing), span=span, evidence_query=_query("deliveries", plan, "period"),
        )  # fmt: skip


def _longest_run(missing: list[str], expected: Sequence[str]) -> int:
    longest = run = 0
    for period in expected:
        run = run + 1 if period in missing else 0
        longest = max(longest, run)
    return longest


def _refusals(writer: FindingWriter, conformed: Sequence[Conformed], any_in_use: bool) -> Iterator[Finding]:
    refused = [one for one in conformed if not one.in_use]
    if refused:
        kept = "The last good delivery stays in use." if any_in_use else "There is no earlier delivery to fall back on."
        reasons = [f"{one.outcome.period + ': ' if one.outcome.period else ''}{one.outcome.reason}" for one in refused]
        figures = {
            "reason": shortened([text.rstrip(".") for text in reasons], 3),
            "fallback": kept,
            "refused_n": len(refused),
        }
        yield writer.write("refused", "high" if any_in_use else "critical", figures=figures, metric="refused deliveries",
                           value=float(len(refused)), evidence_query=_query("deliveries", writer.plan, "sha256, reason"))  # fmt: skip


def _lateness(writer: FindingWriter, conformed: Sequence[Conformed], as_of: date) -> Iterator[Finding]:
    plan = writer.plan
    newest = max((one.last for one in covered(plan, conformed)), default=None)
    if newest is None or plan.feed.cadence not in STEPS:
        return
    # What should be here by now: everything up to the newest period whose allowed lag has run out.
    lag = timedelta(days=plan.feed.allowed_lag_days)
    due, following = newest, _next_end(plan.feed.cadence, newest)
    first_missed = following
    while following + lag < as_of:
        due, following = following, _next_end(plan.feed.cadence, following)
    if due > newest:
        days = (as_of - first_missed - lag).days
        severity = "high" if days > LATE_HIGH else "medium" if days > LATE_MEDIUM else "low"
        figures = {"last_day": newest.isoformat(), "due_day": due.isoformat(), "days": days}
        yield writer.write("late", severity, figures=figures, metric="days late", value=float(days), span=(newest, due),
                           evidence_query=_query("deliveries", plan, "max(period), max(retrieved_at)"))  # fmt: skip


def _next_end(cadence: str, day: date) -> date:
    """The last day of the period after the one that ends on a day."""
    step = STEPS[cadence]
    if isinstance(step, int):
        return day + timedelta(days=step)
    return period_bounds(written(step, day + timedelta(days=1)))[1]


def _quality(writer: FindingWriter, in_use: list[Conformed]) -> Iterator[Finding]:
    plan = writer.plan
    outcomes = [one.outcome for one in in_use]
    rows_in, kept = sum(one.rows_in for one in outcomes), sum(one.rows_kept for one in outcomes)
    query = _query("deliveries", plan, "sum(rows_in), sum(rows_kept), sum(rows_quarantined), sum(rows_duplicate)")
    rules: dict[str, int] = {}
    unmapped: dict[str, dict[str, int]] = {}
    for one in outcomes:
        for rule, number in one.rules.items():
            rules[rule] = rules.get(rule, 0) + number
        for column, codes in one.unmapped.items():
            for code, number in codes.items():
                unmapped.setdefault(column, {})[code] = unmapped.get(column, {}).get(code, 0) + number

    def share(statement_id: str, bad: int, total: int, **more: object) -> Iterator[Finding]:
        if grade := writer.graded(statement_id, bad, total):
            dimension = more.pop("dimension", None)
            figures = {"bad_n": bad, "total_n": total, **more}
            yield writer.write(statement_id, grade[0], figures=figures, metric="share of records", value=round(bad / total, 6),
                               threshold=grade[1], expected_n=total, available_n=total - bad, evidence_query=query,
                               dimension=str(dimension) if dimension else None)  # fmt: skip

    broken = [f"{rule} ({number})" for rule, number in sorted(rules.items(), key=lambda item: (-item[1], item[0]))]
    yield from share("quarantined", sum(one.rows_quarantined for one in outcomes), rows_in, rules=shortened(broken))
    yield from share("duplicates", sum(one.rows_duplicate for one in outcomes), rows_in)
    for column, codes in sorted(unmapped.items()):
        frequent = [
            f"{code} ({number})" for code, number in sorted(codes.items(), key=lambda item: (-item[1], item[0]))
        ]
        yield from share(
            "unmapped", sum(codes.values()), kept, column=column, missing=shortened(frequent), dimension=column
        )
    if plan.speaks_finer_than_extent:
        yield from share("without_area", sum(one.rows_without_area for one in outcomes), kept, extent=plan.extent)
    if new := sorted({name for one in outcomes for name in one.new_columns}):
        yield writer.write("new_columns", "low", figures={"missing": shortened(new), "columns_n": len(new)},
                           metric="new columns", value=float(len(new)), evidence_query=_query("sources", plan, "*"))  # fmt: skip


def _query(table: str, plan: FeedPlan, columns: str) -> str:
    return f"select {columns} from {table} where city_id = '{plan.city.id}' and feed_id = '{plan.id}'"
