"""Pulls a feed: asks for each period that is due, keeps what is new, and records the outcome of each."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import traceback
from collections.abc import Mapping, Set
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Literal

from sga_pipeline.connectors.choose import connector_for
from sga_pipeline.connectors.connector import Comparing, Connector, Fetched, FileMissing, Known, Silent, Unreachable
from sga_pipeline.contracts.assessment import CityPlan, FeedPlan
from sga_pipeline.contracts.feed import Feed
from sga_pipeline.contracts.shared_feeds import SHARED
from sga_pipeline.contracts.sources import Source
from sga_pipeline.contracts.sources.source import Periods
from sga_pipeline.errors import PullError, SgaError
from sga_pipeline.home import FULL, Home, home_error, shared_lock
from sga_pipeline.periods import period_bounds, periods_between
from sga_pipeline.raw.delivery import Delivery, read_delivery, sha256_of
from sga_pipeline.raw.inbox import take_in
from sga_pipeline.raw.outcomes import PullOutcome, Seen, last_pull, write_last_pull
from sga_pipeline.raw.shared_pull import AskedPeriods, check_is_the_same
from sga_pipeline.raw.store import RawStore

__all__ = ["PullOutcome", "expected_periods", "last_pull", "pull_feed"]

# After so many periods in a row without an answer the source is down, and asking for the rest only takes time.
GIVE_UP_AFTER = 3
# So many of the newest periods are asked for again where the contract does not say.
REVISABLE = 3


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
    plan: FeedPlan,
    city: CityPlan,
    home: Home,
    *,
    now: datetime,
    as_of: date,
    periods: list[str] | None = None,
    offline: bool = False,
    refresh: bool = False,
    refused: Set[str | None] = frozenset(),
) -> list[PullOutcome]:
    """Ask the source for the periods named, or for those that are due, then take in the inbox. One period that fails leaves the others alone.

    Due is what is missing, what the source may still change, and what was `refused` when it was conformed; with `refresh`, every period.
    """
    # All that have ended may be asked for, early ones too; only those whose lag has run out are expected.
    ended = _periods(plan.feed, as_of)
    ask = _Ask(plan, city, home, now, ended, periods, offline, refresh, refused)
    if plan.kept_under == city.id:
        return ask.into(RawStore(home, city.id, plan.id))
    shared, own = RawStore(home, plan.kept_under, plan.id), RawStore(home, city.id, plan.id)
    # Whoever comes first asks the source; the others wait, and find the answer here.
    with home.lock(shared_lock(plan.id), wait=True):
        _prepare(shared)
        check_is_the_same(shared.folder, plan.file)
        outcomes = ask.into(shared, AskedPeriods(shared.folder, city.id, _hash_of(plan.feed.source), now))
        # A city whose assessment ends earlier knows nothing of later periods.
        known = {None, *ended, *(periods or [])}
        _prepare(own)
        own.take_over(shared, known)
        write_last_pull(own.folder, [one for one in last_pull(home, SHARED, plan.id) if one.period in known])
    return outcomes


@dataclass(frozen=True)
class _Ask:
    """What one run of a city asks of one feed."""

    plan: FeedPlan
    city: CityPlan
    home: Home
    now: datetime
    ended: list[str]
    periods: list[str] | None
    offline: bool
    refresh: bool
    refused: Set[str | None]

    def into(self, store: RawStore, lately: AskedPeriods | None = None) -> list[PullOutcome]:
        """Keep what is due in the store; what others have `lately` asked for is not asked for again."""
        contract = self.plan.feed.source.periods
        _prepare(store)
        before = {one.period: one for one in last_pull(self.home, store.kept_under, self.plan.id)}
        seen = {period: one.seen for period, one in before.items()}
        due = self._due(store, before) if contract else [None]
        used = self._answered(due, store, before, lately) if lately else []
        due = [one for one in due if one not in {found.period for found in used}]
        if self.offline:
            asked = [PullOutcome(period, "offline", store.newest(period), seen=seen.get(period)) for period in due]
        else:
            asked = _Pull(self.plan, connector_for(self.plan, self.city), store, self.now, seen).ask(due)
        seen |= {one.period: one.seen for one in asked}
        # A person who brings a file knows what the source offers: it is taken in last, and so is the newest.
        by_hand = [replace(one, seen=seen.get(one.period)) for one in take_in(self.home, store, contract, self.now)]
        brought = {one.period for one in by_hand if one.delivery}
        outcomes = [*by_hand, *(one for one in (*asked, *used) if one.period not in brought)]
        answered = {one.period for one in outcomes if one.status != "offline"}
        kept = [one for period, one in before.items() if period not in answered and _belongs(period, contract)]
        write_last_pull(store.folder, [*kept, *(one for one in outcomes if one.status != "offline")])
        if lately and not self.offline:
            lately.note(asked, [one.period for one in used])
        return outcomes

    def _due(self, store: RawStore, before: Mapping[str | None, PullOutcome]) -> list[str | None]:
        if self.periods is not None or self.refresh:
            return [*(self.ended if self.periods is None else self.periods)]
        return [*_due(self.ended, _revisable(self.plan.feed), store, before, self.refused)]

    def _answered(
        self, due: list[str | None], store: RawStore, before: Mapping[str | None, PullOutcome], lately: AskedPeriods
    ) -> list[PullOutcome]:
        """What the run of another city found just now, unless somebody wants the source asked whatever was found."""
        if self.offline or self.refresh or self.periods is not None:
            return []
        found = [replace(before[one], delivery=store.newest(one)) for one in due if one in before]
        return [one for one in found if (one.delivery or one.status == "missing") and lately.will_do(one.period)]


def _revisable(feed: Feed) -> int | Literal["all"]:
    asked = feed.source.periods.revisable if feed.source.periods else None
    return asked if asked is not None else "all" if feed.source.connector == "file" else REVISABLE


def _due(
    ended: list[str],
    revisable: int | Literal["all"],
    store: RawStore,
    before: Mapping[str | None, PullOutcome],
    refused: Set[str | None],
) -> list[str]:
    """What an ordinary pull asks for: adding one period to ten years must not ask for ten years."""
    stored, window = store.stored_periods(), len(ended) if revisable == "all" else revisable
    newest = set(ended[-window:] if window else [])

    def is_due(period: str) -> bool:
        in_vain = period in before and before[period].status in {"failed", "missing"}
        return period in newest or period not in stored or period in refused or in_vain

    return [period for period in ended if is_due(period)]


def _hash_of(source: Source) -> str:
    """Which source it is: the periods it is asked for change nothing in that."""
    return hashlib.sha256(source.model_dump_json(exclude={"periods"}).encode()).hexdigest()[:16]


def _prepare(store: RawStore) -> None:
    try:
        store.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        store.scratch.mkdir(parents=True, exist_ok=True, mode=0o700)
        store.sweep()
    except OSError as error:
        raise home_error(error, store.folder) from None


def _belongs(period: str | None, contract: Periods | None) -> bool:
    """Whether the contract, which may have changed since the last pull, still asks for a period."""
    if period is None or contract is None:
        return period is None and contract is None
    return len(period) == len(contract.first) and contract.first <= period <= (contract.last or period)


class _Pull:
    """Asks one source for periods, one after the other."""

    def __init__(
        self, plan: FeedPlan, connector: Connector, store: RawStore, now: datetime, seen: dict[str | None, Seen | None]
    ) -> None:
        self.source, self.connector, self.store, self.now, self.seen = plan.feed.source, connector, store, now, seen
        self.unanswered = self.silent = 0
        self.source_hash = _hash_of(self.source)

    def ask(self, due: list[str | None]) -> list[PullOutcome]:
        found: dict[str | None, PullOutcome] = {}
        last = None
        for period in due:
            if self.silent == GIVE_UP_AFTER and due[-1] not in found:
                # It may be slow for these periods alone: the newest, which every pull asks for, shows whether it is for all.
                last = found[due[-1]] = self._one(due[-1])
                self.unanswered = GIVE_UP_AFTER if self.silent > GIVE_UP_AFTER else 0
            if period in found:
                continue
            if last and self.unanswered >= GIVE_UP_AFTER:
                newest = self.store.newest(period)
                found[period] = replace(last, period=period, delivery=newest, seen=self.seen.get(period))
            else:
                last = found[period] = self._one(period)
        return [found[period] for period in due]

    def _one(self, period: str | None) -> PullOutcome:
        newest, seen = self.store.newest(period), self.seen.get(period)
        try:
            into = Path(tempfile.mkdtemp(prefix="pull-", dir=self.store.scratch))
        except OSError as error:
            raise home_error(error, self.store.scratch) from None
        try:
            fetched = self._fetched(period, into, seen)
            self.unanswered = self.silent = 0
            if fetched is None:
                return PullOutcome(period, "unchanged", newest, seen=seen)
            fetched = self._without_idle_changes(fetched, seen, newest)
            now_seen = Seen(sha256_of(fetched.path), fetched.etag, fetched.last_modified, self.source_hash)
            if newest and seen and seen.sha256 == now_seen.sha256 != newest.sha256 and self._holds(seen):
                # The source has nothing new; what was brought by hand since stays the newest.
                return PullOutcome(period, "unchanged", newest, seen=now_seen)
            delivery, new = self.store.receive(fetched, period=period, now=self.now, connector=self.source.connector)
            return PullOutcome(period, "new" if new else "unchanged", delivery, seen=now_seen)
        except FileMissing as error:
            self.unanswered = self.silent = 0
            if newest and seen is None:
                # A feed that only ever came by hand is not missed at its address.
                return PullOutcome(period, "unchanged", newest)
            # The whole file of a feed gone is a fault of its address; one period of many is a gap in the data.
            return PullOutcome(period, "missing" if period else "failed", newest, str(error), seen=seen)
        except PullError as error:
            self.unanswered = self.unanswered + 1 if isinstance(error, Unreachable) else 0
            self.silent = self.silent + 1 if isinstance(error, Silent) else 0
            return PullOutcome(period, "failed", newest, str(error), error.transient, seen=seen)
        finally:
            shutil.rmtree(into, ignore_errors=True)

    def _fetched(self, period: str | None, into: Path, seen: Seen | None) -> Fetched | None:
        try:
            return self.connector.fetch(period, into, self._known(seen))
        except (SgaError, MemoryError):
            raise
        except Exception as error:
            if isinstance(error, OSError) and error.errno in FULL:
                raise home_error(error, into) from None
            # An unforeseen answer of one source must not stop the other feeds. Its own words may hold anything.
            frame = traceback.extract_tb(error.__traceback__)[-1]
            place = f"{Path(frame.filename).name} line {frame.lineno}"
            raise PullError(
                f"the source's answer cannot be dealt with ({type(error).__name__} in {place})",
                "Report it as a defect, with the address and this place.",
            ) from None

    def _without_idle_changes(self, fetched: Fetched, seen: Seen | None, newest: Delivery | None) -> Fetched:
        """What the source gave before, where its content is the same under another version: a new vintage needs new content."""
        given = read_delivery(self.store.folder / seen.sha256) if seen else newest
        if given is None or not isinstance(self.connector, Comparing) or not given.is_intact():
            return fetched
        if sha256_of(fetched.path) != given.sha256 and self.connector.has_same_content(given.path, fetched.path):
            try:
                shutil.copyfile(given.path, fetched.path)
            except OSError as error:
                raise home_error(error, fetched.path) from None
        return fetched

    def _known(self, seen: Seen | None) -> Known:
        """What this source stated about its newest version, while that version is here."""
        return seen.known if seen and seen.source == self.source_hash and self._holds(seen) else Known()

    def _holds(self, seen: Seen) -> bool:
        return read_delivery(self.store.folder / seen.sha256) is not None
