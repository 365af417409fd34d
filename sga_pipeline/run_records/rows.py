"""The rows of every table of the run records, from the plan and the records of a run."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sga_pipeline.contracts.assessment import Assessment, CityPlan
from sga_pipeline.contracts.texts import text_rows
from sga_pipeline.run_records.check_rows import check_rows
from sga_pipeline.run_records.conform_rows import conform_rows
from sga_pipeline.run_records.coverage import covered
from sga_pipeline.run_records.feed_record import FeedRecord
from sga_pipeline.run_records.feed_row import feed_row
from sga_pipeline.run_records.tables import TABLES, Row


def run_record_rows(
    assessment: Assessment, city: CityPlan, records: list[FeedRecord], as_of: date
) -> dict[str, list[Row]]:
    """Every row of every table about a city."""
    rows: dict[str, list[Row]] = {table: [] for table in TABLES}
    rows["texts"] += text_rows(assessment.contracts)
    rows["cities"].append(_city_row(city) | {"as_of": as_of})
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
        rows["checks"] += check_rows(record)
        for table, made in conform_rows(record):
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
        "currency": one.currency,
        "languages": ",".join(one.languages),
        "city_area": one.city_area,
        "first_year": one.window.first_year,
        "last_year": one.window.last_year,
    }


def _coverage_rows(record: FeedRecord) -> Iterator[Row]:
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
