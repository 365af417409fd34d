"""What a code location is about: which home, which cities, as of which day. A server reads it from the environment."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path

from sga_pipeline.contracts.assessment import Assessment, CityPlan, FeedPlan, read_assessment
from sga_pipeline.home import Home
from sga_pipeline.paths import CONTRACTS
from sga_pipeline.publish.pointer import current_release
from sga_pipeline.publish.vintage import day_of, release_before, vintage_home

HOME, CITIES, AS_OF, OFFLINE, REFRESH = "SGA_HOME", "SGA_CITIES", "SGA_AS_OF", "SGA_OFFLINE", "SGA_REFRESH"


@dataclass(frozen=True)
class Scope:
    """One home and the cities assessed in it."""

    home: Home
    city_folders: tuple[Path, ...]
    as_of_asked: date | None = None
    offline: bool = False
    # Ask for every period again, also for those that the contract says are final.
    refresh: bool = False
    # The contracts, where they have been read already.
    known: Assessment | None = None

    @cached_property
    def assessment(self) -> Assessment:
        """The contracts of these cities, read and checked."""
        return self.known or read_assessment(list(self.city_folders))

    @property
    def today(self) -> date:
        """Today, in UTC."""
        return datetime.now(UTC).date()

    def as_of(self, city: CityPlan) -> date:
        """The day the assessment is made as of: asked for, or the city's own, or today."""
        return self.fixed_day(city) or self.today

    def fixed_day(self, city: CityPlan) -> date | None:
        """The same day, where it does not move on with the calendar."""
        if self.as_of_asked is not None:
            return self.as_of_asked
        return date.fromisoformat(city.city.as_of) if city.city.as_of else None

    def release_before(self, city_id: str) -> Path | None:
        """The release whose findings the new one continues: the current one, or the one that was current on that day."""
        if self.as_of_asked is not None:
            return release_before(self.home, city_id, self.as_of_asked)
        return current_release(self.home, city_id)

    def feeds(self) -> list[tuple[CityPlan, FeedPlan]]:
        """Every feed with its city."""
        return [(city, feed) for city in self.assessment.cities for feed in city.feeds]


def scope_from_environment() -> Scope:
    """Read SGA_HOME (./data), SGA_CITIES (folders; else every city of the project and of the home), SGA_AS_OF, SGA_OFFLINE, SGA_REFRESH."""
    home = Home(Path(os.environ.get(HOME, "data")))
    asked = os.environ.get(CITIES)
    folders = [Path(one) for one in asked.split(os.pathsep)] if asked else _known_cities(home.path)
    day = os.environ.get(AS_OF)
    offline, refresh = os.environ.get(OFFLINE) == "1", os.environ.get(REFRESH) == "1"
    as_of = date.fromisoformat(day) if day else day_of(home)
    return Scope(vintage_home(home, as_of) if as_of else home, tuple(folders), as_of, offline, refresh)


def scope_to_environment(scope: Scope) -> dict[str, str]:
    """The variables for a server or a dbt process that is started."""
    variables = {HOME: str(scope.home.path), CITIES: os.pathsep.join(str(one) for one in scope.city_folders)}
    if scope.as_of_asked is not None:
        variables[AS_OF] = scope.as_of_asked.isoformat()
    if scope.offline:
        variables[OFFLINE] = "1"
    if scope.refresh:
        variables[REFRESH] = "1"
    return variables


def _known_cities(home: Path) -> list[Path]:
    found: dict[str, Path] = {}
    for parent in (CONTRACTS / "cities", home / "cities"):
        for file in sorted(parent.glob("*/city.yaml")):
            # A city kept in the home is the one being worked on; it wins over the project's example.
            found[file.parent.name] = file.parent
    return [found[name] for name in sorted(found)]
