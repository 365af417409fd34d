"""One feed as a row of the table feeds: what its contract states, and what it leaves unstated."""

from __future__ import annotations

from datetime import date
from typing import Any

from sga_pipeline.contracts.feed import Feed, FromColumns, Joined
from sga_pipeline.contracts.formats import WorkbookFormat
from sga_pipeline.contracts.places import FromPoint
from sga_pipeline.periods import period_bounds
from sga_pipeline.run_records.feed_record import FeedRecord


def feed_row(record: FeedRecord) -> dict[str, Any]:
    """A row of the table feeds."""
    feed, plan = record.plan.feed, record.plan
    return {
        "city_id": plan.city.id,
        "feed_id": feed.id,
        "title": feed.title,
        "family": feed.family,
        "shape": feed.shape,
        "kind": plan.shape.kind,
        "owner": feed.owner.name,
        "contact": feed.owner.contact,
        "licence": feed.licence,
        "citation": feed.citation,
        "url": feed.url,
        "cadence": feed.cadence,
        "allowed_lag_days": feed.allowed_lag_days,
        "preference": feed.preference,
        "spatial_levels": ",".join(feed.spatial_levels),
        "disaggregations": ",".join(_disaggregations(feed)),
        "extent_area": plan.extent,
        "connector": feed.source.connector,
        "address": feed.source.address,
        "dated_to": feed.dated_to,
        "reported_columns": ",".join(sorted(feed.columns)),
        "between_years": feed.between_years,
        "differs": plan.differs,
        "concept_match": feed.concept_match or ("near" if feed.differs else "exact"),
        "place_basis": feed.place_basis,
        "currency": feed.currency,
        "methods_unstated": ",".join(feed.methods.unstated),
        "form": _form(feed),
        "manual_steps": feed.manual_steps,
        "reported_from": _reported_from(feed),
        "reported_to": _reported_to(feed),
        "by_area": plan.is_finer_than_extent,
        "boundary_version": plan.boundary_version,
        "fills_parents": feed.fills_parents,
    }


def _disaggregations(feed: Feed) -> list[str]:
    """The dimensions that the contract names, and those that its columns give in any case."""
    shown = {"sex": "sex", "age": "age", "age_group": "age", "area_id": "area"}
    mapped = {
        shown[one]
        for one, how in feed.columns.items()
        if one in shown and isinstance(how, FromColumns | FromPoint | Joined)
    }
    return sorted(mapped | set(feed.disaggregations))


def _form(feed: Feed) -> str:
    """The format of the data in a word. A sheet with letterhead or footers is laid out for people, not for programs."""
    form = feed.format
    if not isinstance(form, WorkbookFormat):
        return form.kind
    for_eyes = form.header_row > 1 or form.header_rows > 1 or form.footer_rows or form.fill_down or form.outline
    return "workbook_layout" if for_eyes else "workbook"


def _reported_from(feed: Feed) -> date | None:
    """The first day that the contract promises data for."""
    if feed.coverage.first:
        return date.fromisoformat(feed.coverage.first)
    return period_bounds(feed.source.periods.first)[0] if feed.source.periods else None


def _reported_to(feed: Feed) -> date | None:
    """The last day of a series that the contract closes; none where it goes on, or comes as a file for each period."""
    last = feed.coverage.last
    return None if last == "latest" or feed.source.periods else date.fromisoformat(last)
