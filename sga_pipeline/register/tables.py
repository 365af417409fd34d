"""The register's tables: the form of each, and its rows from the plan and the records of a run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from typing import Any

import polars as pl

from sga_pipeline.contracts.assessment import Assessment, CityPlan
from sga_pipeline.contracts.feed import FromColumns, Joined
from sga_pipeline.register.coverage import covered
from sga_pipeline.register.findings import feed_findings
from sga_pipeline.register.record import FeedRecord

_INTEGERS = {
    "first_year", "last_year", "allowed_lag_days", "preference", "bytes", "rows_in", "rows_kept", "rows_quarantined",
    "rows_duplicate", "rows_outside", "expected_n", "available_n", "failed_rows", "checked_rows",
}  # fmt: skip
_TRUTHS = {"accepted", "in_use", "complete", "passed", "core"}
_DAYS = {"period_start", "period_end"}
_NUMBERS = {"value", "threshold"}
# Columns in their order; docs/handovers.md says what they mean.
TABLES: dict[str, tuple[str, ...]] = {
    "cities": ("city_id", "name", "country_iso3", "boundary_version", "timezone", "languages", "city_area", "first_year", "last_year"),
    "fixed_areas": ("city_id", "area_id", "parent_id", "level", "name"),
    "core_decisions": ("city_id", "indicator_id", "core", "reason", "decided_by", "decided_on", "evidence"),
    "feeds": ("city_id", "feed_id", "title", "family", "shape", "kind", "owner", "contact", "licence", "citation", "url", "cadence",
              "allowed_lag_days", "preference", "spatial_levels", "disaggregations", "extent_area", "connector", "address", "dated_to", "tells",
              "between_years", "differs"),
    "deliveries": ("city_id", "feed_id", "sha256", "period", "retrieved_at", "bytes", "rows_in", "rows_kept", "rows_quarantined",
                   "rows_duplicate", "rows_outside", "accepted", "in_use", "reason"),
    "coverage": ("city_id", "feed_id", "shape", "delivery", "period_start", "period_end", "code_prefix", "complete"),
    "findings": ("gap_id", "city_id", "gap_code", "gap_type", "severity", "indicator_id", "feed_id", "area_id", "period_start",
                 "period_end", "dimension", "metric", "value", "threshold", "expected_n", "available_n", "statement",
                 "recommendation", "timeframe", "owner", "evidence", "first_seen", "last_seen", "status"),
    "checks": ("city_id", "engine", "check_name", "asset", "severity", "passed", "failed_rows", "checked_rows"),
}  # fmt: skip
Row = dict[str, Any]


def table_frame(table: str, rows: Iterable[Row]) -> pl.DataFrame:
    """Rows in the declared form and in a canonical order."""
    schema = {column: _type(column) for column in TABLES[table]}
    frame = pl.DataFrame([{column: row.get(column) for column in schema} for row in rows], schema=schema)
    return frame.sort(by=list(schema), nulls_last=False)


def _type(column: str) -> pl.DataType:
    if column in _INTEGERS:
        return pl.Int64()
    if column in _TRUTHS:
        return pl.Boolean()
    return pl.Date() if column in _DAYS else pl.Float64() if column in _NUMBERS else pl.String()


def register_rows(assessment: Assessment, records: list[FeedRecord], as_of: dict[str, date]) -> dict[str, list[Row]]:
    """Every row of every table."""
    rows: dict[str, list[Row]] = {table: [] for table in TABLES}
    for city in assessment.cities:
        rows["cities"].append(_city_row(city))
        rows["core_decisions"] += [{"city_id": city.id, **one, "core": one["core"] == "true"} for one in city.core_set]
        rows["fixed_areas"] += [{"city_id": city.id, **area.model_dump()} for area in city.city.areas]
    for record in records:
        rows["feeds"].append(_feed_row(record))
        rows["deliveries"] += _delivery_rows(record)
        rows["coverage"] += _coverage_rows(record)
        rows["checks"] += _check_rows(record)
        findings = feed_findings(record, assessment.catalogue, as_of[record.plan.city.id])
        rows["findings"] += [asdict(finding) for finding in findings]
    return rows


def _city_row(city: CityPlan) -> Row:
    one = city.city
    return {
        "city_id": one.id, "name": one.name, "country_iso3": one.country_iso3, "boundary_version": one.boundary_version,
        "timezone": one.time_zone, "languages": ",".join(one.languages), "city_area": one.city_area,
        "first_year": one.window.first_year, "last_year": one.window.last_year,
    }  # fmt: skip


def _feed_row(record: FeedRecord) -> Row:
    feed, plan = record.plan.feed, record.plan
    return {
        "city_id": plan.city.id, "feed_id": feed.id, "title": feed.title, "family": feed.family, "shape": feed.shape,
        "kind": plan.shape.kind, "owner": feed.owner.name, "contact": feed.owner.contact, "licence": feed.licence,
        "citation": feed.citation, "url": feed.url, "cadence": feed.cadence, "allowed_lag_days": feed.allowed_lag_days,
        "preference": feed.preference, "spatial_levels": ",".join(feed.spatial_levels),
        "disaggregations": ",".join(_disaggregations(record)), "extent_area": plan.extent,
        "connector": feed.source.connector, "address": feed.source.address, "dated_to": feed.dated_to,
        "tells": ",".join(sorted(feed.columns)), "between_years": feed.between_years, "differs": feed.differs,
    }  # fmt: skip


def _disaggregations(record: FeedRecord) -> list[str]:
    """What the contract says, and what its columns show anyway."""
    feed = record.plan.feed
    shown = {"sex": "sex", "age": "age", "age_group": "age", "area_id": "area"}
    mapped = {shown[one] for one, how in feed.columns.items() if one in shown and isinstance(how, FromColumns | Joined)}
    return sorted(mapped | set(feed.disaggregations))


def _delivery_rows(record: FeedRecord) -> Iterable[Row]:
    for one in record.conformed:
        held, outcome = record.held[(one.outcome.sha256, one.outcome.period)], one.outcome
        yield {
            "city_id": record.plan.city.id, "feed_id": record.plan.id, "sha256": outcome.sha256, "period": outcome.period,
            "retrieved_at": held.retrieved_at, "bytes": held.bytes, "rows_in": outcome.rows_in, "rows_kept": outcome.rows_kept,
            "rows_quarantined": outcome.rows_quarantined, "rows_duplicate": outcome.rows_duplicate,
            "rows_outside": outcome.rows_outside, "accepted": outcome.accepted, "in_use": one.in_use,
            "reason": outcome.reason or None,
        }  # fmt: skip


def _coverage_rows(record: FeedRecord) -> Iterable[Row]:
    for one in covered(record.plan, record.conformed):
        yield {
            "city_id": record.plan.city.id, "feed_id": record.plan.id, "shape": record.plan.shape.id, "delivery": one.delivery,
            "period_start": one.first, "period_end": one.last, "code_prefix": one.code_prefix, "complete": one.complete,
        }  # fmt: skip


def _check_rows(record: FeedRecord) -> Iterable[Row]:
    """One row a rule: how many rows of the deliveries in use it looked at, and how many failed."""
    in_use = [one.outcome for one in record.conformed if one.in_use]
    rules = sorted({rule for one in in_use for rule in one.severities})
    for rule in rules:
        looked = [one for one in in_use if rule in one.severities]
        failed = sum(one.rules.get(rule, 0) for one in looked)
        yield {
            "city_id": record.plan.city.id, "engine": "pandera", "check_name": rule,
            "asset": f"conformed/{record.plan.shape.id}/{record.plan.id}", "severity": looked[0].severities[rule],
            "passed": failed == 0, "failed_rows": failed, "checked_rows": sum(one.rows_in for one in looked),
        }  # fmt: skip
