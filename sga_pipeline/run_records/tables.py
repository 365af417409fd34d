"""The register's tables: the form of each, and its rows from the plan and the records of a run."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import polars as pl

from sga_pipeline.contracts.assessment import Assessment, CityPlan
from sga_pipeline.contracts.texts import text_rows
from sga_pipeline.run_records.coverage import covered
from sga_pipeline.run_records.feed_record import FeedRecord
from sga_pipeline.run_records.feed_row import feed_row
from sga_pipeline.run_records.what_came import what_came

_INTEGERS = {
    "first_year",
    "last_year",
    "allowed_lag_days",
    "preference",
    "bytes",
    "rows_in",
    "rows_kept",
    "rows_quarantined",
    "rows_duplicate",
    "rows_outside",
    "rows_without_area",
    "expected_n",
    "available_n",
    "failed_rows",
    "checked_rows",
    "vintage",
    "rows",
    "rows_unexpected",
    "records",
    "filled",
    "areas_n",
    "children_n",
    "drawn_n",
}
_TRUTHS = {"accepted", "in_use", "superseded", "complete", "passed", "core", "manual_steps", "by_area", "told"}
_DAYS = {"period_start", "period_end", "as_of", "tells_from"}
_NUMBERS = {
    "value",
    "threshold",
    "amount",
    "bridge_factor",
    "ground_km2",
    "doubled_km2",
    "shared_km2",
    "area_km2",
    "other_km2",
    "children_km2",
    "left_out_km2",
    "beyond_km2",
}
# Columns in their order; docs/handovers.md says what they mean.
TABLES: dict[str, tuple[str, ...]] = {
    "cities": (
        "city_id",
        "name",
        "country_iso3",
        "boundary_version",
        "timezone",
        "languages",
        "city_area",
        "first_year",
        "last_year",
        "as_of",
    ),
    "fixed_areas": ("city_id", "area_id", "parent_id", "level", "name"),
    "core_decisions": ("city_id", "indicator_id", "core", "reason", "decided_by", "decided_on", "evidence"),
    "decisions": (
        "city_id",
        "gap_code",
        "rule_id",
        "indicator_id",
        "feed_id",
        "area_id",
        "decision",
        "reason",
        "owner",
        "decided_on",
        "expires",
    ),
    "threshold_changes": ("city_id", "gap_code", "metric", "severity", "value", "reason", "decided_by", "decided_on"),
    "feeds": (
        "city_id",
        "feed_id",
        "title",
        "family",
        "shape",
        "kind",
        "owner",
        "contact",
        "licence",
        "citation",
        "url",
        "cadence",
        "allowed_lag_days",
        "preference",
        "spatial_levels",
        "disaggregations",
        "extent_area",
        "connector",
        "address",
        "dated_to",
        "tells",
        "between_years",
        "differs",
        "concept_match",
        "place_basis",
        "methods_unstated",
        "form",
        "manual_steps",
        "tells_from",
        "by_area",
        "boundary_version",
    ),
    "corrections": (
        "city_id",
        "feed_id",
        "correction_id",
        "column",
        "expected_value",
        "corrected_value",
        "status",
        "rows",
        "rows_unexpected",
        "reason",
        "decided_by",
        "decided_on",
        "evidence",
    ),
    "corrected": ("city_id", "feed_id", "area_id", "period"),
    "breaks": ("city_id", "feed_id", "date", "cause", "evidence", "bridge_factor"),
    "pulls": ("city_id", "feed_id", "period", "status", "message"),
    "deliveries": (
        "city_id",
        "feed_id",
        "sha256",
        "period",
        "retrieved_at",
        "bytes",
        "rows_in",
        "rows_kept",
        "rows_quarantined",
        "rows_duplicate",
        "rows_outside",
        "rows_without_area",
        "accepted",
        "in_use",
        "superseded",
        "reason",
    ),
    "new_columns": ("city_id", "feed_id", "sha256", "column"),
    "level_grounds": ("city_id", "feed_id", "level", "areas_n", "ground_km2", "doubled_km2"),
    "area_overlaps": ("city_id", "level", "area_id", "other_id", "shared_km2", "area_km2", "other_km2"),
    "area_fits": (
        "city_id",
        "feed_id",
        "area_id",
        "level",
        "children_n",
        "drawn_n",
        "area_km2",
        "children_km2",
        "left_out_km2",
        "beyond_km2",
    ),
    "column_fill": ("city_id", "feed_id", "sha256", "column", "filled", "records"),
    "header_changes": ("city_id", "feed_id", "sha256", "period", "lost", "gained"),
    "sentinels": ("city_id", "feed_id", "sha256", "column", "code", "records", "told"),
    "unmapped_codes": ("city_id", "feed_id", "column", "code", "records"),
    "volumes": (
        "city_id",
        "feed_id",
        "sha256",
        "delivery_period",
        "vintage",
        "retrieved_at",
        "in_use",
        "series",
        "period",
        "rows",
        "amount",
    ),
    # The gaps of the release in force: what keeps a finding's first day, and closes what is found no more.
    "gap_history": (
        "gap_id",
        "parent_id",
        "city_id",
        "gap_code",
        "gap_type",
        "rule_id",
        "severity",
        "indicator_id",
        "feed_id",
        "area_id",
        "period_start",
        "period_end",
        "dimension",
        "metric",
        "value",
        "threshold",
        "expected_n",
        "available_n",
        "statement",
        "recommendation",
        "timeframe",
        "owner",
        "evidence",
        "status",
        "decision_reason",
        "decision_owner",
        "decision_expires",
        "first_seen",
        "last_seen",
    ),
    # Of no city: what people read, in every language.
    "texts": ("domain", "key", "language", "text"),
    "coverage": ("city_id", "feed_id", "shape", "delivery", "period_start", "period_end", "code_prefix", "complete"),
    "checks": ("city_id", "engine", "check_name", "asset", "severity", "passed", "failed_rows", "checked_rows"),
}
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


def run_record_rows(assessment: Assessment, records: list[FeedRecord], as_of: dict[str, date]) -> dict[str, list[Row]]:
    """Every row of every table."""
    rows: dict[str, list[Row]] = {table: [] for table in TABLES}
    rows["texts"] += text_rows(assessment.contracts)
    for city in assessment.cities:
        rows["cities"].append(_city_row(city) | {"as_of": as_of[city.id]})
        rows["core_decisions"] += [
            {"city_id": city.id, **one, "core": one["core"] == "true"} for one in city.tables.core_set
        ]
        rows["decisions"] += [
            {"city_id": city.id} | {key: value or None for key, value in one.items()} for one in city.tables.decisions
        ]
        rows["threshold_changes"] += [
            {"city_id": city.id, **one, "value": float(one["value"])} for one in city.tables.thresholds
        ]
        rows["fixed_areas"] += [{"city_id": city.id, **area.model_dump()} for area in city.city.areas]
    for record in records:
        rows["feeds"].append(feed_row(record))
        rows["coverage"] += _coverage_rows(record)
        rows["checks"] += _check_rows(record)
        for table, made in what_came(record):
            rows[table].append({"city_id": record.plan.city.id, "feed_id": record.plan.id, **made})
    return rows


def _city_row(city: CityPlan) -> Row:
    one = city.city
    return {
        "city_id": one.id,
        "name": one.name,
        "country_iso3": one.country_iso3,
        "boundary_version": one.boundary_version,
        "timezone": one.time_zone,
        "languages": ",".join(one.languages),
        "city_area": one.city_area,
        "first_year": one.window.first_year,
        "last_year": one.window.last_year,
    }


def _coverage_rows(record: FeedRecord) -> Iterable[Row]:
    for one in covered(record.plan, record.conformed):
        yield {
            "city_id": record.plan.city.id,
            "feed_id": record.plan.id,
            "shape": record.plan.shape.id,
            "delivery": one.delivery,
            "period_start": one.first,
            "period_end": one.last,
            "code_prefix": one.code_prefix,
            "complete": one.complete,
        }


def _check_rows(record: FeedRecord) -> Iterable[Row]:
    """One row a rule: how many rows of the deliveries in use it looked at, and how many failed. A rule that found nothing to look at has not passed."""
    in_use = [one.outcome for one in record.conformed if one.in_use]
    rules = sorted({rule for one in in_use for rule in one.severities})
    for rule in rules:
        looked = [one for one in in_use if rule in one.severities]
        failed, checked = sum(one.rules.get(rule, 0) for one in looked), sum(one.rows_in for one in looked)
        # Of a column without a single value a rule says nothing; that it is required is another rule.
        column = rule.partition(":")[2]
        empty = all(one.filled.get(column, one.rows_kept) == 0 for one in looked) and not rule.startswith("required:")
        yield {
            "city_id": record.plan.city.id,
            "engine": "pandera",
            "check_name": rule,
            "asset": f"conformed/{record.plan.shape.id}/{record.plan.id}",
            "severity": looked[0].severities[rule],
            "passed": False if failed else None if empty or checked == 0 else True,
            "failed_rows": failed,
            "checked_rows": checked,
        }
