"""The inbox: whole files become deliveries, others wait, and what cannot be placed is set apart with the reason."""

from __future__ import annotations

import os
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sga_pipeline.contracts.sources.source import Periods
from sga_pipeline.home import Home
from sga_pipeline.raw import inbox
from sga_pipeline.raw.inbox import period_in_name, take_in
from sga_pipeline.raw.outcomes import PullOutcome
from sga_pipeline.raw.store import RawStore

NOW = datetime(2024, 3, 1, 12, tzinfo=UTC)
MONTHS = Periods(freq="M", first="2023-01", last="2023-12")


class Box:
    """The inbox of one feed."""

    def __init__(self, path: Path) -> None:
        self.home = Home(path)
        self.store, self.folder = RawStore(self.home, "xx", "feed"), self.home.inbox("xx", "feed")
        self.folder.mkdir(parents=True)
        self.home.scratch("xx").mkdir(parents=True)

    def put(self, name: str, content: bytes, age: float = 60) -> Path:
        file = self.folder / name
        file.write_bytes(content)
        os.utime(file, (time.time() - age,) * 2)
        return file

    def take(self, periods: Periods | None = None) -> list[PullOutcome]:
        return list(take_in(self.home, self.store, periods, NOW))


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return Box(tmp_path)


def test_files_move_into_the_store_by_their_period_the_later_one_on_top(box: Box) -> None:
    box.put("incidents 2023-04 corrected.csv", b"second", age=60)
    box.put("incidents_202304.csv", b"first", age=90)
    box.put("may_2023.05.csv", b"may")
    assert {(one.period, one.status) for one in box.take(MONTHS)} == {("2023-04", "new"), ("2023-05", "new")}
    held = box.store.arrivals()
    assert [one.path.read_bytes() for one in held["2023-04"]] == [b"second", b"first"]
    assert held["2023-05"][0].connector == "inbox" and held["2023-05"][0].address == "inbox/may_2023.05.csv"
    assert list(box.folder.iterdir()) == [] and list(box.home.scratch("xx").iterdir()) == []


def test_the_same_file_again_is_no_news_and_leaves_the_inbox_too(box: Box) -> None:
    for status in ("new", "unchanged"):
        box.put("a.csv", b"A")
        assert [one.status for one in box.take()] == [status]
    assert list(box.folder.iterdir()) == []


@pytest.mark.parametrize("name", [".a.csv", "~a.csv", "a.csv.part", "a.csv.CRDOWNLOAD", "a.tmp"])
def test_files_other_programs_still_write_are_left_alone(box: Box, name: str) -> None:
    file = box.put(name, b"A")
    assert box.take() == [] and file.exists()


def test_a_growing_file_is_left_for_the_next_time(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "_LOOK_AGAIN_SECONDS", 0.1)
    file, done = box.put("a.csv", b"A", age=0), threading.Event()

    def grow() -> None:
        while not done.wait(0.01):
            with file.open("ab") as stream:
                stream.write(b"A")

    writer = threading.Thread(target=grow)
    writer.start()
    try:
        assert box.take() == [] and file.exists()
    finally:
        done.set()
        writer.join()
    assert [one.status for one in box.take()] == ["new"] and not file.exists()


def test_links_and_folders_are_not_followed(box: Box, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    (box.folder / "a.csv").symlink_to(tmp_path / "secret")
    (box.folder / "folder.csv").mkdir()
    assert box.take() == []


@pytest.mark.parametrize(
    "name", ["incidents.csv", "incidents_2023-04-15.csv", "2023-04_2023-05.csv", "2022-12.csv", "2023-13.csv"]
)
def test_a_file_of_no_single_period_is_set_apart_with_the_reason(box: Box, name: str) -> None:
    for number in range(2):
        box.put(name, b"A%d" % number)
        (one,) = box.take(MONTHS)
        assert one.status == "failed" and name in (one.message or "") and "2023-01 to 2023-12" in (one.message or "")
    refused = box.folder / "refused"
    assert (refused / name).read_bytes() == b"A0" and (refused / f"1_{name}").read_bytes() == b"A1"
    assert name in (refused / f"{name}.txt").read_text() and box.store.arrivals() == {} and box.take(MONTHS) == []


def test_a_crash_after_keeping_and_before_removing_takes_nothing_twice(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    box.put("a.csv", b"A")

    def crash(self: Path, missing_ok: bool = False) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", crash)
        with pytest.raises(KeyboardInterrupt):
            box.take()
    assert [one.status for one in box.take()] == ["unchanged"] and len(box.store.arrivals()[None]) == 1


@pytest.mark.parametrize(
    ("name", "freq", "period"),
    [
        ("a_2023.csv", "A", "2023"),
        ("2023_v2.csv", "A", "2023"),
        ("a_202304.csv", "A", None),
        ("q_2023Q4.xlsx", "Q", "2023-Q4"),
        ("2023-q1.csv", "Q", "2023-Q1"),
        ("2023-Q5.csv", "Q", None),
        ("x2023_12y.csv", "M", "2023-12"),
        ("20230401.csv", "M", None),
        ("2023-04_made_2024.csv", "M", "2023-04"),
    ],
)
def test_periods_in_names(name: str, freq: str, period: str | None) -> None:
    first = {"A": "2023", "Q": "2023-Q1", "M": "2023-01"}[freq]
    assert period_in_name(name, Periods(freq=freq, first=first)) == period  # type: ignore[arg-type]
