"""Whether a run has anything to begin with: cities need feeds, and at least one of their feeds data."""

from __future__ import annotations

import re

from sga_pipeline.contracts.assessment import Assessment, CityPlan, FeedPlan
from sga_pipeline.errors import ContractError, NoDataYet, Problem
from sga_pipeline.home import Home
from sga_pipeline.raw.store import RawStore


def check_first_data(assessment: Assessment, home: Home, *, offline: bool = False) -> None:
    """Raise where a city has no feed, or where nothing of any city is here yet, nor where it is asked for."""
    step = "Draft one: sga new --from FILE --city CITY_DIR; or write one, as docs/adding-a-feed.md shows."
    unfinished = [
        Problem("the city has no feed, so there is nothing to run", step, city.id, city.folder / "feeds")
        for city in assessment.cities
        if not city.feeds
    ]
    if unfinished:
        raise ContractError(unfinished)
    missing = []
    for city in assessment.cities:
        for plan in city.feeds:
            if _may_have_data(plan, city, home, offline=offline):
                return
            missing.append(plan.feed.source.address)
    first, *others = missing
    more = f" and {len(others)} more" if others else ""
    folders = ", ".join(str(city.data_folder()) for city in assessment.cities)
    raise NoDataYet(
        "no data yet: nothing was ever delivered, and no file that a feed names is there",
        f"Bring {first}{more} into {folders}, or into the inbox, and run again.",
        first,
    )


def _may_have_data(plan: FeedPlan, city: CityPlan, home: Home, *, offline: bool) -> bool:
    """Of a feed that is asked for elsewhere only the pull can say."""
    if RawStore(home, city.id, plan.id).stored_periods():
        return True
    inbox = home.inbox(city.id, plan.id)
    if inbox.is_dir() and any(not one.name.startswith(".") for one in inbox.iterdir()):
        return True
    folder = city.data_folder()
    # Where the folder is not known, the pull says which variable has to be set.
    if plan.feed.source.connector != "file" or folder is None:
        return True
    if offline or not folder.is_dir():
        return False
    # Whatever the period: that some file is missing is a finding, that all are means nothing has begun.
    return any(True for _ in folder.glob(re.sub(r"\{[^{}]*\}", "*", plan.feed.source.address)))
