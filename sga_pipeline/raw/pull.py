"""Pulls a feed: asks for each period that is due, keeps what is new, and writes down what became of each."""

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from sga_pipeline.connectors.base import Connector, Known
from sga_pipeline.connectors.file import FileConnector, FileMissing
from sga_pipeline.connectors.http import HttpConnector
from sga_pipeline.contracts.assessment import CityPlan, FeedPlan
from sga_pipeline.contracts.feed import Feed, HttpSource
from sga_pipeline.errors import PullError
from sga_pipeline.home import Home, write_text
from sga_pipeline.periods import period_bounds, periods_between
from sga_pipeline.raw.inbox import take_in
from sga_pipeline.raw.store import Delivery, RawStore

LAST_PULL = "last_pull.json"


@dataclass(frozen=True)
class PullOutcome:
    """What became of one period: new, unchanged, missing, failed or offline."""

    period: str | None
    status: str
    delivery: Delivery | None = None
    message: str | None = None
    transient: bool = False


def expected_periods(feed: Feed, as_of: date) -> list[str]:
    """Every period that should be here: ended, and its allowed lag run out, as of a day."""
    return _periods(feed, as_of - timedelta(days=feed.allowed_lag_days))


def _periods(feed: Feed, last_day: date) -> list[str]:
    asked = feed.source.periods
    if asked is None:
        return []
    if asked.last:
        last_day = min(last_day, period_bounds(asked.last)[1])
    return list(periods_between(asked.freq, asked.first, last_day))


def pull_feed(
    plan: FeedPlan, city: CityPlan, home: Home, *, now: datetime, as_of: date,
    periods: list[str] | None = None, offline: bool = False,
) -> list[PullOutcome]:  # fmt: skip
    """Take in the inbox, then ask the source. One period that fails leaves the others alone."""
    store = RawStore(home, city.id, plan.id)
    home.raw(city.id, plan.id).mkdir(parents=True, exist_ok=True)
    by_hand = {one.period: PullOutcome(one.period, "new" if new else "unchanged", one)
               for one, new in take_in(home, city.id, plan.id, plan.feed.source.periods, now)}  # fmt: skip
    # All that have ended are asked for, early ones too; only those whose lag has run out are expected.
    asked: list[str | None] = list(periods or _periods(plan.feed, as_of)) if plan.feed.source.periods else [None]
    if offline:
        outcomes = [PullOutcome(period, "offline", store.newest(period)) for period in asked if period not in by_hand]
    else:
        connector = _connector(plan, city)
        outcomes = [_one(connector, plan, store, period, now) for period in asked if period not in by_hand]
    outcomes = [*by_hand.values(), *outcomes]
    _write_last_pull(home.raw(city.id, plan.id), outcomes)
    return outcomes


def last_pull(home: Home, city_id: str, feed_id: str) -> list[PullOutcome]:
    """What the last pull found, without the deliveries themselves."""
    try:
        rows = json.loads((home.raw(city_id, feed_id) / LAST_PULL).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return [PullOutcome(row["period"], row["status"], None, row["message"]) for row in rows]


def _connector(plan: FeedPlan, city: CityPlan) -> Connector:
    source = plan.feed.source
    return HttpConnector(source) if isinstance(source, HttpSource) else FileConnector(city.data_folder(), city.city.data)


def _one(connector: Connector, plan: FeedPlan, store: RawStore, period: str | None, now: datetime) -> PullOutcome:
    address = plan.feed.source.address.replace("{period}", period or "")
    newest = store.newest(period)
    store.scratch.mkdir(parents=True, exist_ok=True)
    into = Path(tempfile.mkdtemp(prefix="pull-", dir=store.scratch))
    try:
        fetched = connector.fetch(address, into, Known(newest.etag, newest.last_modified) if newest else Known())
        if fetched is None:
            return PullOutcome(period, "unchanged", newest)
        delivery, new = store.receive(fetched, period=period, now=now, connector=plan.feed.source.connector)
        return PullOutcome(period, "new" if new else "unchanged", delivery)
    except FileMissing as error:
        # The whole file of a feed gone is a fault of its address; one period of many is a gap in the data.
        status = "missing" if period is not None else "failed"
        return PullOutcome(period, status, newest, str(error))
    except PullError as error:
        return PullOutcome(period, "failed", newest, str(error), error.transient)
    finally:
        shutil.rmtree(into, ignore_errors=True)


def _write_last_pull(folder: Path, outcomes: list[PullOutcome]) -> None:
    rows = [{"period": one.period, "status": one.status, "message": one.message} for one in outcomes]
    write_text(folder / LAST_PULL, json.dumps(rows, indent=1, ensure_ascii=False))
