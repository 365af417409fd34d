"""The list of deliveries that conform leaves: it gives the same as conforming did, without conforming."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sga_pipeline.conform.conformed import Conformed, outcome_file, read_conformed
from sga_pipeline.conform.feed import conform_feed
from sga_pipeline.errors import SgaError
from tests.city_folder import HEADER
from tests.unit.test_pull import Setting

MONTHLY = "source: {connector: file, address: '{period}.csv', periods: {freq: M, first: 2023-01}}"


def without_fresh(conformed: list[Conformed]) -> list[Conformed]:
    return [replace(one, fresh=False) for one in conformed]


def test_reading_gives_what_conforming_gave(tmp_path: Path) -> None:
    """Accepted, refused, superseded, and several periods."""
    feed = Setting(tmp_path, MONTHLY)
    for month in ("2023-01", "2023-02"):
        (feed.data / f"{month}.csv").write_text(HEADER + f"e1,{month}-05,{month}-09,hom,1,,G,Y\n")
    (feed.data / "2023-03.csv").write_text("a,b\n1,2\n")
    feed.pull()
    (feed.data / "2023-01.csv").write_text(HEADER + "e1,2023-01-05,2023-01-09,hom,2,,G,Y\n")
    feed.pull()
    arrivals = feed.store.arrivals()
    conformed = conform_feed(feed.plan, arrivals, feed.home)
    assert [(one.in_use, one.superseded) for one in conformed] == [
        (True, False),
        (False, True),
        (True, False),
        (False, False),
    ]
    assert read_conformed(feed.plan, arrivals, feed.home) == without_fresh(conformed)


def test_what_was_never_conformed_is_named_with_the_next_step(tmp_path: Path) -> None:
    feed = Setting(tmp_path, MONTHLY)
    with pytest.raises(SgaError, match=r"has not been conformed.*\[incidents\].*Conform the shape crime_events first"):
        read_conformed(feed.plan, feed.store.arrivals(), feed.home)


def test_a_lost_outcome_is_not_passed_over(tmp_path: Path) -> None:
    feed = Setting(tmp_path, MONTHLY)
    (feed.data / "2023-01.csv").write_text(HEADER + "e1,2023-01-05,2023-01-09,hom,1,,G,Y\n")
    feed.pull()
    [one] = conform_feed(feed.plan, feed.store.arrivals(), feed.home)
    outcome_file(feed.plan, one.outcome.key, feed.home).unlink()
    with pytest.raises(SgaError, match="has not been conformed"):
        read_conformed(feed.plan, feed.store.arrivals(), feed.home)
