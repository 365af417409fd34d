"""What pull and conform recorded of one feed: deliveries, declared breaks, codes without a mapping, volumes of every vintage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from sga_pipeline.run_records.feed_record import FeedRecord

Made = tuple[str, dict[str, Any]]


def conform_rows(record: FeedRecord) -> Iterator[Made]:
    """Rows with the name of their table; the caller adds city and feed."""
    for one in record.plan.feed.breaks:
        yield "breaks", one.model_dump(mode="json")
    yield from _other_boundaries(record)
    # That a pull brought something new, or the same again, says nothing of the data; that it failed does.
    for pulled in record.pulled:
        if pulled.status == "failed":
            yield "pulls", {"period": pulled.period, "status": pulled.status, "message": pulled.message}
    yield from _deliveries(record)
    yield from _header_changes(record)
    yield from _corrections(record)
    unmapped: dict[str, Counter[str]] = {}
    for outcome in (one.outcome for one in record.conformed if one.in_use):
        for column, codes in outcome.unmapped.items():
            unmapped.setdefault(column, Counter()).update(codes)
        for name, filled in sorted(outcome.filled.items()):
            yield (
                "column_fill",
                {
                    "sha256": outcome.sha256,
                    "column": name,
                    "filled": filled,
                    "unusable": outcome.unusable.get(name, 0),
                    "records": outcome.rows_kept,
                },
            )
        for name in outcome.new_columns:
            yield "new_columns", {"sha256": outcome.sha256, "column": name}
        for name, sentinel, count in outcome.sentinels:
            declared = any(one.removesuffix(".0") == sentinel for one in record.plan.feed.format.empty)
            yield (
                "sentinels",
                {"sha256": outcome.sha256, "column": name, "code": sentinel, "records": count, "declared": declared},
            )
    amounts = _amounts_of_codes(record)
    for column, codes in sorted(unmapped.items()):
        for code, number in sorted(codes.items()):
            amount = amounts.get((column, code))
            yield "unmapped_codes", {"column": column, "code": code, "records": number, "amount": amount}
    yield from _unmapped_years(record)


def _amounts_of_codes(record: FeedRecord) -> dict[tuple[str, str], float]:
    """What tables count under each code without a mapping: a whole or its parts, whichever is more, and never both."""
    sums: dict[tuple[str, str, str], float] = {}
    for outcome in (one.outcome for one in record.conformed if one.in_use):
        for column, codes in outcome.unmapped_amounts.items():
            for code, by in codes.items():
                for of, amount in by.items():
                    sums[column, code, of] = sums.get((column, code, of), 0.0) + amount
    most: dict[tuple[str, str], float] = {}
    for (column, code, _), amount in sums.items():
        most[column, code] = max(most.get((column, code), 0.0), amount)
    return most


def _unmapped_years(record: FeedRecord) -> Iterator[Made]:
    kept: Counter[str] = Counter()
    rows: Counter[tuple[str, str]] = Counter()
    for outcome in (one.outcome for one in record.conformed if one.in_use):
        kept.update(outcome.kept_by_year)
        for column, years in outcome.unmapped_years.items():
            rows.update({(column, year): number for year, number in years.items()})
    for (column, year), number in sorted(rows.items()):
        if number:
            yield (
                "unmapped_years",
                {"column": column, "year": int(year), "records": number, "records_in_all": kept[year]},
            )


def _other_boundaries(record: FeedRecord) -> Iterator[Made]:
    """The day from which the city counts by other boundaries than the source did is a break in its series."""
    plan, crosswalk = record.plan, record.plan.crosswalk
    if crosswalk is None or crosswalk.system.last is None or plan.boundary_version == plan.city.boundary_version:
        return
    cause = f"boundaries of {plan.boundary_version} until then, of {plan.city.boundary_version} since"
    after = date.fromisoformat(crosswalk.system.last) + timedelta(days=1)
    yield "breaks", {"date": after.isoformat(), "cause": cause, "evidence": crosswalk.system.file or "no crosswalk"}


def _corrections(record: FeedRecord) -> Iterator[Made]:
    """What became of each correction in the deliveries in use. Its row is left out, and of records of persons also its values."""
    outcomes = [one.outcome for one in record.conformed if one.in_use]
    of_persons = any(column.restricted for column in record.plan.shape.columns)
    for one in record.plan.corrections:
        applied, unexpected = (sum(found.corrections.get(one.id, (0, 0))[at] for found in outcomes) for at in (0, 1))
        yield (
            "corrections",
            {
                "correction_id": one.id,
                "column": one.column,
                "expected_value": None if of_persons else one.expect,
                "corrected_value": None if of_persons else one.value,
                "rows": applied,
                "rows_unexpected": unexpected,
                "status": "expectation_failed" if unexpected else "applied" if applied else "not_found",
                "reason": one.reason,
                "decided_by": one.decided_by,
                "decided_on": one.decided_on,
                "evidence": one.evidence,
            },
        )
    for area_id, period in sorted({place for found in outcomes for place in found.corrected}):
        yield "corrected", {"area_id": area_id, "period": period}


def _header_changes(record: FeedRecord) -> Iterator[Made]:
    """Columns that came or went between one delivery and the next, by period and then by arrival."""
    arrived = sorted(
        (
            (
                one.outcome.period or "",
                record.deliveries[(one.outcome.sha256, one.outcome.period)].retrieved_at,
                one.outcome,
            )
            for one in record.conformed
            if one.outcome.accepted
        ),
        key=lambda item: item[:2],
    )
    for (_, _, before), (_, _, after) in pairwise(arrived):
        lost, gained = sorted(set(before.header) - set(after.header)), sorted(set(after.header) - set(before.header))
        if lost or gained:
            yield (
                "header_changes",
                {"sha256": after.sha256, "period": after.period, "lost": ", ".join(lost), "gained": ", ".join(gained)},
            )


def _deliveries(record: FeedRecord) -> Iterator[Made]:
    # Vintages are numbered from the oldest; conform lists the newest of each period first.
    numbers: Counter[str | None] = Counter(one.outcome.period for one in record.conformed if one.outcome.accepted)
    for one in record.conformed:
        delivery, outcome = record.deliveries[(one.outcome.sha256, one.outcome.period)], one.outcome
        yield (
            "deliveries",
            {
                "sha256": outcome.sha256,
                "period": outcome.period,
                "retrieved_at": delivery.retrieved_at,
                "bytes": delivery.bytes,
                "rows_in": outcome.rows_in,
                "rows_kept": outcome.rows_kept,
                "rows_quarantined": outcome.rows_quarantined,
                "rows_duplicate": outcome.rows_duplicate,
                "rows_superseded": outcome.rows_superseded,
                "rows_conflicting": outcome.rows_conflicting,
                "rows_changed": outcome.rows_changed,
                "rows_outside": outcome.rows_outside,
                "rows_outside_period": outcome.rows_outside_period,
                "rows_without_area": outcome.rows_without_area,
                "accepted": outcome.accepted,
                "in_use": one.in_use,
                "superseded": one.superseded,
                "reason": outcome.reason or None,
            },
        )
        if one.in_use:
            for entry in outcome.row_fates:
                # A row without a date is of the period its delivery was asked for, unless that may bring others too.
                period = None if record.plan.takes_other_periods else outcome.period
                own = {"sha256": outcome.sha256, "delivery_period": period}
                yield "row_fates", own | entry._asdict()
        if not outcome.accepted:
            continue
        # Deliveries that update records are no vintages of each other: none is the whole of anything.
        asked_for = (
            outcome.period if record.plan.feed.updates is None else f"{outcome.period or 'all'} {outcome.sha256[:16]}"
        )
        vintage = numbers[outcome.period]
        numbers[outcome.period] -= 1
        for series, period, rows, amount in outcome.volumes:
            yield (
                "volumes",
                {
                    "sha256": outcome.sha256,
                    "delivery_period": asked_for,
                    "vintage": vintage,
                    "retrieved_at": delivery.retrieved_at,
                    "in_use": one.in_use,
                    "series": series,
                    "period": period,
                    "rows": rows,
                    "amount": amount,
                },
            )
