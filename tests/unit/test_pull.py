"""Pulling a feed: every period gets an answer, one that fails leaves the others alone, and nothing is taken twice."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sga_pipeline.connectors.connector import Fetched, Known
from sga_pipeline.connectors.stores.http import HttpConnector
from sga_pipeline.contracts.assessment import CityPlan, read_assessment
from sga_pipeline.home import Home
from sga_pipeline.raw.outcomes import PullOutcome, last_pull
from sga_pipeline.raw.pull import expected_periods, pull_feed
from sga_pipeline.raw.store import RawStore
from tests.city_folder import write_city
from tests.servers import answer, serving

NOW = datetime(2024, 3, 1, 12, tzinfo=UTC)
AS_OF = date(2024, 3, 1)
SOURCE = "source: {connector: file, address: incidents.csv}"
FORM = "format: {kind: csv}"
MONTHLY = "source: {connector: file, address: 'm/{period}.csv', periods: {freq: M, first: 2023-11}}"


class Setting:
    """A city with one feed, in a home of its own."""

    def __init__(self, folder: Path, source: str = SOURCE, form: str = FORM) -> None:
        self.city: CityPlan = read_assessment([write_city(folder, {SOURCE: source, FORM: form})]).cities[0]
        self.plan, self.home = self.city.feeds[0], Home(folder / "home")
        self.store = RawStore(self.home, self.city.id, self.plan.id)
        self.data, self.inbox = self.city.folder / "data", self.home.inbox(self.city.id, self.plan.id)
        self.inbox.mkdir(parents=True)
        self.days = 0

    def pull(self, periods: list[str] | None = None, **asked: Any) -> list[PullOutcome]:
        self.days += 1
        now = NOW + timedelta(days=self.days)
        return pull_feed(self.plan, self.city, self.home, now=now, as_of=AS_OF, periods=periods, **asked)

    def statuses(self, **given: bool) -> dict[str | None, str]:
        return {one.period: one.status for one in self.pull(**given)}  # type: ignore[arg-type]

    def newest(self, period: str | None = None) -> bytes:
        delivery = self.store.newest(period)
        assert delivery is not None
        return delivery.path.read_bytes()


def test_news_is_reported_once(tmp_path: Path) -> None:
    setting = Setting(tmp_path)
    (setting.data / "incidents.csv").write_bytes(b"A")
    assert [setting.statuses() for _ in range(2)] == [{None: "new"}, {None: "unchanged"}]
    (setting.data / "incidents.csv").write_bytes(b"B")
    (one,) = setting.pull()
    assert one.status == "new" and one.delivery is not None and one.delivery.connector == "file"
    assert setting.newest() == b"B" and list(setting.store.scratch.iterdir()) == []


def test_periods_that_ended_are_asked_for_and_one_missing_leaves_the_others_alone(tmp_path: Path) -> None:
    setting = Setting(tmp_path, MONTHLY)
    (setting.data / "m").mkdir()
    for month in ("2023-11", "2024-01", "2024-02", "2024-03"):
        (setting.data / "m" / f"{month}.csv").write_text(month)
    outcomes = setting.pull()
    assert [(one.period, one.status) for one in outcomes] == [
        ("2023-11", "new"),
        ("2023-12", "missing"),
        ("2024-01", "new"),
        ("2024-02", "new"),
    ]
    assert "2023-12.csv" in (outcomes[1].message or "") and not outcomes[1].transient
    # The feed may be 90 days late: only what ended by 2 December is expected by now.
    assert expected_periods(setting.plan.feed, AS_OF) == ["2023-11"]
    written = json.loads((setting.store.folder / "last_pull.json").read_text())
    assert [(one["period"], one["status"]) for one in written] == [(one.period, one.status) for one in outcomes]
    assert last_pull(setting.home, setting.city.id, setting.plan.id)[1].message == outcomes[1].message


def test_asking_for_one_period_keeps_what_is_known_of_the_others(tmp_path: Path) -> None:
    setting = Setting(tmp_path, MONTHLY)
    setting.pull()
    assert [one.period for one in setting.pull(periods=["2024-01"])] == ["2024-01"]
    assert setting.pull(periods=[]) == []
    assert len(last_pull(setting.home, setting.city.id, setting.plan.id)) == 4


def test_a_whole_feed_that_disappears_is_a_failure_and_the_last_delivery_stays(tmp_path: Path) -> None:
    setting = Setting(tmp_path)
    assert setting.statuses() == {None: "failed"}
    (setting.data / "incidents.csv").write_bytes(b"A")
    setting.pull()
    (setting.data / "incidents.csv").rename(setting.data / "incidents_old.csv")
    (one,) = setting.pull()
    assert one.status == "failed" and "incidents_old.csv" in (one.message or "")
    assert one.delivery is not None and setting.newest() == b"A"


def test_a_file_brought_by_hand_stays_newest_until_the_source_itself_changes(tmp_path: Path) -> None:
    setting = Setting(tmp_path)
    (setting.data / "incidents.csv").write_bytes(b"broken")
    (setting.inbox / "mended.csv").write_bytes(b"mended")
    assert setting.statuses() == {None: "new"} and setting.newest() == b"mended"
    assert setting.statuses() == {None: "unchanged"} and setting.newest() == b"mended"
    (setting.data / "incidents.csv").write_bytes(b"published anew")
    assert setting.statuses() == {None: "new"} and setting.newest() == b"published anew"
    held = [one.path.read_bytes() for one in setting.store.arrivals()[None]]
    assert held == [b"published anew", b"mended", b"broken"]


def test_a_feed_that_only_comes_by_hand_is_not_missed_at_its_address(tmp_path: Path) -> None:
    setting = Setting(tmp_path)
    (setting.inbox / "a.csv").write_bytes(b"A")
    assert [setting.statuses() for _ in range(2)] == [{None: "new"}, {None: "unchanged"}]


def test_offline_takes_in_the_inbox_and_asks_nobody(tmp_path: Path) -> None:
    with serving(answer(b"id\n1\n")) as server:
        setting = Setting(tmp_path, f"source: {{connector: http, address: '{server.address()}'}}")
        assert setting.statuses(offline=True) == {None: "offline"} and server.requests == []
        (setting.inbox / "a.csv").write_bytes(b"A")
        assert setting.statuses(offline=True) == {None: "new"} and server.requests == []
        assert setting.statuses() == {None: "new"} and len(server.requests) == 1


def test_a_server_is_asked_whether_anything_changed_only_while_its_last_file_is_held(tmp_path: Path) -> None:
    unchanged = answer(b"", "304 Not Modified", length=None)
    with serving(answer(b"id\n1\n", ETag='"v1"'), unchanged, answer(b"id\n1\n", ETag='"v1"')) as server:
        setting = Setting(tmp_path, f"source: {{connector: http, address: '{server.address()}'}}")
        assert [setting.statuses() for _ in range(2)] == [{None: "new"}, {None: "unchanged"}]
        delivery = setting.store.newest(None)
        assert delivery is not None and '"v1"' in server.requests[1]
        (delivery.folder / "delivery.json").unlink()
        setting.pull()
        assert "If-None-Match" not in server.requests[2] and setting.newest() == b"id\n1\n"


def test_a_server_nobody_reaches_is_given_up_after_a_few_periods(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving() as server:
        pass
    address = server.address("{period}.csv")
    source = f"{{connector: http, address: '{address}', retries: 0, periods: {{freq: M, first: 2023-01}}}}"
    setting, asked = Setting(tmp_path, f"source: {source}"), []
    ask = HttpConnector.fetch

    def counted(self: HttpConnector, address: str, into: Path, known: Known) -> Fetched | None:
        asked.append(address)
        return ask(self, address, into, known)

    monkeypatch.setattr(HttpConnector, "fetch", counted)
    outcomes = setting.pull()
    assert len(outcomes) == 14 and len(asked) == 3
    assert {(one.status, one.transient) for one in outcomes} == {("failed", True)}
    assert outcomes[-1].period == "2024-02"


def test_a_server_without_some_periods_is_asked_for_all(tmp_path: Path) -> None:
    none, some = answer(b"", "404 Not Found"), answer(b"id\n1\n")
    with serving(none, none, none, some) as server:
        address = server.address("{period}.csv")
        source = f"{{connector: http, address: '{address}', periods: {{freq: Q, first: 2023-Q1}}}}"
        setting = Setting(tmp_path, f"source: {source}")
        assert list(setting.statuses().values()) == ["missing", "missing", "missing", "new"]


def test_a_lost_or_broken_record_of_the_last_pull_costs_nothing_but_time(tmp_path: Path) -> None:
    setting = Setting(tmp_path)
    (setting.data / "incidents.csv").write_bytes(b"A")
    setting.pull()
    for broken in ("", "{", "[{}]", "[1]", '[{"period": null, "status": "new", "message": null, "seen": {"x": 1}}]'):
        (setting.store.folder / "last_pull.json").write_text(broken)
        assert setting.statuses() == {None: "unchanged"}
