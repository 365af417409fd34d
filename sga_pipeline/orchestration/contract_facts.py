"""What contracts say of a feed and a shape, as Dagster shows it: who answers for it, columns and what they come from, how fresh it has to be."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta

import dagster as dg

from sga_pipeline.contracts.feed import Feed, FromColumns, Joined, Owner
from sga_pipeline.contracts.places import FromPoint
from sga_pipeline.contracts.shape import Shape

DAYS_BETWEEN = {"daily": 1, "weekly": 7, "monthly": 31, "quarterly": 92, "annual": 366}
# Only where the office gave an address for everybody; a contract names no person.
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def owners_of(owner: Owner) -> list[str]:
    """The office as a team, and its address where the contract has one."""
    return [f"team:{owner.name}", *([owner.contact] if _MAIL.fullmatch(owner.contact) else [])]


def source_columns(feed: Feed) -> dg.TableSchema:
    """The columns that the contract reads, under the names they have in the delivery, and what each becomes."""
    becomes: dict[str, list[str]] = {}
    for column, mapped in feed.columns.items():
        for name in _names(mapped):
            becomes.setdefault(name, []).append(column)
    return dg.TableSchema(
        [
            dg.TableColumn(name, "text", description=f"Becomes {', '.join(columns)} of the shape {feed.shape}.")
            for name, columns in becomes.items()
        ]
    )


def shape_columns(shape: Shape) -> dg.TableSchema:
    """The columns of a shape."""
    return dg.TableSchema([dg.TableColumn(one.name, one.type, one.description) for one in shape.columns])


def lineage_from_feeds(shape: Shape, feeds: Mapping[dg.AssetKey, Feed]) -> dg.TableColumnLineage:
    """Which columns of which deliveries each column of a shape comes from, as the contracts of these feeds map them."""
    return dg.TableColumnLineage(
        {
            column.name: [
                dg.TableColumnDep(key, name)
                for key, feed in feeds.items()
                for name in dict.fromkeys(_names(feed.columns.get(column.name)))
            ]
            for column in shape.columns
        }
    )


def staging_lineage(shape: Shape, conformed: dg.AssetKey) -> dg.TableColumnLineage:
    """A staging model passes on the columns of its shape; an attempt changes the class that its offence has."""
    deps = {one.name: [dg.TableColumnDep(conformed, one.name)] for one in shape.columns}
    if shape.attempts is not None and shape.classification is not None:
        deps[shape.classification].append(dg.TableColumnDep(conformed, shape.attempts.flag))
    return dg.TableColumnLineage(deps)


def freshness_of(feed: Feed) -> dg.FreshnessPolicy | None:
    """A warning when the next delivery is due, a failure when its allowed lag has run out; none without a cadence."""
    days = DAYS_BETWEEN.get(feed.cadence)
    if days is None:
        return None
    due, late = timedelta(days=days), timedelta(days=days + feed.allowed_lag_days)
    return dg.FreshnessPolicy.time_window(fail_window=late, warn_window=due if due < late else None)


def _names(mapped: object) -> list[str]:
    if isinstance(mapped, FromColumns):
        return mapped.names
    if isinstance(mapped, Joined):
        return list(mapped.join)
    return [at.from_ for at in mapped.point.coordinates] if isinstance(mapped, FromPoint) else []
