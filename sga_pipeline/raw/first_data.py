"""Whether a run of a city has anything to begin with: the city needs feeds, and at least one of them data."""

from __future__ import annotations

import re

from sga_pipeline.contracts.assessment import CityPlan, FeedPlan
from sga_pipeline.errors import ContractError, NoDataYet, Problem
from sga_pipeline.home import Home
from sga_pipeline.raw.store import RawStore


def check_feeds(city: CityPlan) -> None:
    """Raise where a city has no feed."""
    if not city.feeds:
        step = "Draft one: sga new --from FILE --city CITY_DIR; or write one, as docs/adding-a-feed.md shows."
        message = "the city has no feed, so there is nothing to run"
        raise ContractError([Problem(message, step, city.id, city.folder / "feeds")])


def check_first_data(city: CityPlan, home: Home, *, offline: bool = False) -> None:
    """Raise where nothing of the city is here yet, nor where it is asked for."""
    if not any(_may_have_data(plan, city, home, offline=offline) for plan in city.feeds):
        raise _no_data(city)


def check_delivered(city: CityPlan, home: Home) -> None:
    """Raise where nothing was ever delivered of the city, after every feed was asked: there is nothing to publish."""
    if not any(RawStore(home, city.id, plan.id).stored_periods() for plan in city.feeds):
        raise _no_data(city)


def _no_data(city: CityPlan) -> NoDataYet:
    first, *others = [plan.feed.source.address for plan in city.feeds]
    more = f" and {len(others)} more" if others else ""
    return NoDataYet(
        "no data yet: nothing was ever delivered, and no file that a feed names is there",
        f"Bring {first}{more} into {city.data_folder() or 'the data folder'}, or into the inbox, and run again.",
        first,
    )


def _may_have_data(plan: FeedPlan, city: CityPlan, home: Home, *, offline: bool) -> bool:
    """Of a feed that is asked for elsewhere only the pull can say."""
    if any(RawStore(home, one, plan.id).stored_periods() for one in {city.id, plan.kept_under}):
        return True
    inbox = home.inbox(plan.kept_under, plan.id)
    if inbox.is_dir() and any(not one.name.startswith(".") for one in inbox.iterdir()):
        return True
    folder, _ = city.files_of(plan)
    # Where the folder is not known, the pull says which variable has to be set.
    if plan.feed.source.connector != "file" or folder is None:
        return True
    if offline or not folder.is_dir():
        return False
    # Whatever the period: that some file is missing is a finding, that all are means nothing has begun.
    return any(True for _ in folder.glob(re.sub(r"\{[^{}]*\}", "*", plan.feed.source.address)))
