"""What a code location is about: which home, which cities, as of when. Read from the environment, as a server is started."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path

from sga_pipeline.contracts.assessment import Assessment, CityPlan, FeedPlan, read_assessment
from sga_pipeline.home import Home
from sga_pipeline.paths import CONTRACTS

HOME, CITIES, AS_OF, OFFLINE = "SGA_HOME", "SGA_CITIES", "SGA_AS_OF", "SGA_OFFLINE"


@dataclass(frozen=True)
class Scope:
    """One home and the cities assessed in it."""

    home: Home
    city_folders: tuple[Path, ...]
    as_of_asked: date | None = None
    offline: bool = False

    @cached_property
    def assessment(self) -> Assessment:
        return read_assessment(list(self.city_folders))

    @property
    def today(self) -> date:
        return datetime.now(UTC).date()

    def as_of(self, city: CityPlan) -> date:
        """The day the assessment is made as of: asked for, or the city's own, or today."""
        if self.as_of_asked is not None:
            return self.as_of_asked
        return date.fromisoformat(city.city.as_of) if city.city.as_of else self.today

    def feeds(self) -> list[tuple[CityPlan, FeedPlan]]:
        return [(city, feed) for city in self.assessment.cities for feed in city.feeds]


def scope_from_environment() -> Scope:
    """SGA_HOME (./data), SGA_CITIES (folders; else every city of the project and of the home), SGA_AS_OF, SGA_OFFLINE."""
    home = Path(os.environ.get(HOME, "data")).resolve()
    asked = os.environ.get(CITIES)
    folders = [Path(one) for one in asked.split(os.pathsep)] if asked else _known_cities(home)
    day = os.environ.get(AS_OF)
    return Scope(Home(home), tuple(folders), date.fromisoformat(day) if day else None, os.environ.get(OFFLINE) == "1")


def scope_to_environment(scope: Scope) -> dict[str, str]:
    """The same the other way round, for a server or a dbt process that is started."""
    variables = {HOME: str(scope.home.path), CITIES: os.pathsep.join(str(one) for one in scope.city_folders)}
    if scope.as_of_asked is not None:
        variables[AS_OF] = scope.as_of_asked.isoformat()
    if scope.offline:
        variables[OFFLINE] = "1"
    return variables


def _known_cities(home: Path) -> list[Path]:
    found: dict[str, Path] = {}
    for parent in (CONTRACTS / "cities", home / "cities"):
        for file in sorted(parent.glob("*/city.yaml")):
            # A city kept in the home is the one being worked on; it wins over the project's example.
            found[file.parent.name] = file.parent
    return [found[name] for name in sorted(found)]
