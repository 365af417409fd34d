"""Cities with changed deliveries, assessed together; every value published as normal is compared with what it may be."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random

import duckdb

from tests.campaign.city import City, made_city, write_city
from tests.campaign.files import ALL_KINDS, spoilt
from tests.campaign.model import Texts
from tests.campaign.values import Cell, Reading, possible_values
from tests.runs import sga

# Of the feeds of a city one in twelve stays clean: its values must be published, and true.
CLEAN = 12
NORMAL = """
select indicator_id, area_id, period, sex, age, value from observations
where obs_status = 'A' and value is not null and coalesce(other_dim, '') = ''
"""


@dataclass(frozen=True)
class Mutation:
    """A change to the deliveries of one feed of one city."""

    seed: int
    feed_id: str
    kind: str
    what: str
    texts: Texts


@dataclass(frozen=True)
class Wrong:
    """A value published as normal that neither the clean nor the changed deliveries have."""

    seed: int
    feed_id: str
    kind: str
    what: str
    indicator: str
    cell: Cell
    published: float
    clean: list[float]
    changed: list[float]


@dataclass
class Outcome:
    """What a run showed."""

    mutations: list[Mutation]
    wrong: list[Wrong]
    # Values published as normal that were compared, by kind of mutation.
    compared: Counter[str]
    # Those that differ from the clean ones because the deliveries do.
    followed: Counter[str]
    unowned: Counter[str]
    stopped: list[str]
    # Values compared, by city and feed.
    of_feed: Counter[tuple[int, str]]
    said: str = ""


def together(outcomes: Iterable[Outcome]) -> Outcome:
    """Several runs as one."""
    every = Outcome([], [], Counter(), Counter(), Counter(), [], Counter())
    for one in outcomes:
        every.mutations += one.mutations
        every.wrong += one.wrong
        every.compared += one.compared
        every.followed += one.followed
        every.unowned += one.unowned
        every.stopped += one.stopped
        every.of_feed += one.of_feed
        every.said += one.said
    return every


def name_of(seed: int) -> str:
    return f"xx_campaign_{seed:03d}"


def mutations_of(city: City) -> list[Mutation]:
    """One change to each feed, of a kind drawn from the city's seed and the feed's name; a few feeds stay clean."""
    found = []
    for place, one in enumerate(city.feeds.values()):
        draw = Random(f"{city.seed} {one.id}")
        # Every rate rests on the residents: in three of four cities they stay as they are.
        if (one.id == "residents" and city.seed % 4) or (place + city.seed) % CLEAN == 0:
            found.append(Mutation(city.seed, one.id, "none", "", one.texts))
            continue
        while True:
            kind = draw.choice(ALL_KINDS)
            made = spoilt(one, kind, draw)
            if made:
                found.append(Mutation(city.seed, one.id, kind, *made))
                break
    return found


def assess(seeds: Sequence[int], folder: Path) -> Outcome:
    """The cities of these seeds in one run."""
    cities = {seed: made_city(seed) for seed in seeds}
    return assess_cities(
        cities, {seed: {one.feed_id: one for one in mutations_of(city)} for seed, city in cities.items()}, folder
    )


def assess_cities(cities: dict[int, City], changes: dict[int, dict[str, Mutation]], folder: Path) -> Outcome:
    places = [
        write_city(city, {name: one.texts for name, one in changes[seed].items()}, name_of(seed), folder / "cities")
        for seed, city in cities.items()
    ]
    done = sga("run", "--home", folder / "home", *places)
    outcome = Outcome(
        [one for found in changes.values() for one in found.values()],
        [],
        Counter(),
        Counter(),
        Counter(),
        [],
        Counter(),
    )
    outcome.said = done.stdout + done.stderr
    if done.returncode not in (0, 3):
        outcome.stopped.append(f"the run ended with {done.returncode}")
    for seed, city in cities.items():
        release = folder / "home" / "published" / name_of(seed) / "current" / "sga.duckdb"
        if release.is_file():
            _compare(city, changes[seed], release, outcome)
        else:
            outcome.stopped.append(f"{name_of(seed)} has no release")
    return outcome


def _compare(city: City, changes: dict[str, Mutation], release: Path, outcome: Outcome) -> None:
    clean = {name: Reading(one, one.texts) for name, one in city.feeds.items()}
    changed = {name: Reading(one, changes[name].texts) for name, one in city.feeds.items()}
    people = [clean["residents"], changed["residents"]]
    owners = {indicator: one.id for one in city.feeds.values() for indicator in one.indicators}
    with duckdb.connect(str(release), read_only=True) as con:
        rows = con.execute(NORMAL).fetchall()
    for indicator, area, period, sex, age, value in rows:
        if indicator not in owners:
            outcome.unowned[indicator] += 1
            continue
        feed_id, cell = owners[indicator], (area, period, sex, age)
        as_clean = possible_values(indicator, cell, clean[feed_id], people)
        as_changed = possible_values(indicator, cell, changed[feed_id], people)
        one = changes[feed_id]
        outcome.compared[one.kind] += 1
        outcome.of_feed[city.seed, feed_id] += 1
        if not is_among(value, as_clean):
            outcome.followed[one.kind] += 1
            if not is_among(value, as_changed):
                outcome.wrong.append(
                    Wrong(
                        city.seed,
                        feed_id,
                        one.kind,
                        one.what,
                        indicator,
                        cell,
                        value,
                        sorted(as_clean),
                        sorted(as_changed),
                    )
                )


def is_among(value: float, possible: Iterable[float]) -> bool:
    return any(math.isclose(value, one, rel_tol=1e-6, abs_tol=1e-9) for one in possible)


def report(outcome: Outcome) -> str:
    """The count by kind of mutation, and every wrong value with what it takes to repeat it alone."""
    made = Counter(one.kind for one in outcome.mutations)
    wrong = Counter(one.kind for one in outcome.wrong)
    lines = [
        "| kind | mutations | values with status A | unlike the clean ones | wrong |",
        "| --- | --- | --- | --- | --- |",
    ]
    counts = (made, outcome.compared, outcome.followed, wrong)
    lines += [" | ".join([f"| {kind}", *(str(one[kind]) for one in counts)]) + " |" for kind in sorted(made)]
    lines.append(" | ".join(["| all", *(str(one.total()) for one in counts)]) + " |")
    return "\n".join([*lines, *outcome.stopped])


def explained(outcome: Outcome) -> str:
    """One value of each changed feed that has a wrong one."""
    first = {(one.seed, one.feed_id): one for one in reversed(outcome.wrong)}
    number = Counter((one.seed, one.feed_id) for one in outcome.wrong)
    return "\n".join(
        f"city {one.seed}, {one.feed_id}, {one.kind} ({one.what}): {number[key]} wrong, such as {one.indicator} {one.cell} "
        f"= {one.published}, clean {one.clean}, changed {one.changed}. Alone: python -m tests.campaign.alone {one.seed} {one.feed_id}"
        for key, one in sorted(first.items())
    )


def write_report(outcome: Outcome, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "campaign.md").write_text(report(outcome) + "\n\n" + explained(outcome) + "\n", encoding="utf-8")
    (folder / "wrong.json").write_text(json.dumps([asdict(one) for one in outcome.wrong], indent=1), encoding="utf-8")
