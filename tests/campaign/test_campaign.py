"""No value with status A is one that neither the clean nor the changed deliveries have; no change of data stops a release."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.campaign.campaign import Outcome, assess, explained, mutations_of, report, together, write_report
from tests.campaign.city import made_city
from tests.campaign.files import ALL_KINDS

# `make proof` changes the deliveries of twenty cities; among the other tests one city stands for them, in one run.
ALL = os.environ.get("SGA_PLANTED") == "all"
SEEDS = range(20) if ALL else range(1)
AT_A_TIME = 5
AT_LEAST = 2_000 if ALL else 100
REPORTS = Path(__file__).resolve().parents[2] / "build" / "campaign"


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outcome]:
    folder = tmp_path_factory.mktemp("campaign")
    runs = [SEEDS[first : first + AT_A_TIME] for first in range(0, len(SEEDS), AT_A_TIME)]
    yield together(assess(seeds, folder / str(seeds[0])) for seeds in runs)


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_no_value_with_status_a_is_wrong(outcome: Outcome, capsys: pytest.CaptureFixture[str]) -> None:
    write_report(outcome, REPORTS)
    with capsys.disabled():
        print(f"\n{report(outcome)}\n{explained(outcome)}")
    assert sum(one.kind != "none" for one in outcome.mutations) >= AT_LEAST
    assert not outcome.wrong, explained(outcome)


@pytest.mark.slow
def test_no_change_of_data_stops_a_release(outcome: Outcome) -> None:
    assert not outcome.stopped, outcome.said


@pytest.mark.slow
def test_what_stays_clean_is_published(outcome: Outcome) -> None:
    # Where residents were changed there may be no rate at all.
    changed = {one.seed for one in outcome.mutations if one.feed_id == "residents" and one.kind != "none"}
    clean = [one for one in outcome.mutations if one.kind == "none" and one.seed not in changed]
    silent = [f"{one.seed} {one.feed_id}" for one in clean if not outcome.of_feed[one.seed, one.feed_id]]
    assert len(clean) > 5 and not silent


def test_a_seed_gives_the_same_changes_of_every_kind() -> None:
    first, again = ([one for seed in range(3) for one in mutations_of(made_city(seed))] for _ in range(2))
    assert first == again
    assert {*Counter(one.kind for one in first)} == {*ALL_KINDS, "none"}
