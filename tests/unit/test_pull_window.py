"""What an ordinary pull asks for: what is missing, what may still change, what was refused; nothing else unless somebody asks."""

from __future__ import annotations

from pathlib import Path

import pytest

from sga_pipeline.conform.feed import conform_feed
from sga_pipeline.contracts.assessment import read_assessment
from sga_pipeline.errors import ContractError
from sga_pipeline.raw.refused_periods import refused_periods
from tests.city_folder import HEADER, write_city
from tests.servers import Server, answer, serving
from tests.unit.test_pull import SOURCE, Setting

# AS_OF of the setting is 2024-03-01: fourteen months have ended since January 2023.
MONTHS = [f"2023-{month:02d}" for month in range(1, 13)] + ["2024-01", "2024-02"]


class Office:
    """A source that gives what it has, notes which months it was asked for, and knows no versions."""

    def __init__(self) -> None:
        self.has = {month: month.encode() for month in MONTHS}
        self.asked: list[str] = []

    def __call__(self, target: str, body: bytes) -> bytes:
        month = target.strip("/").removesuffix(".csv")
        self.asked.append(month)
        return answer(self.has[month]) if month in self.has else answer(b"", "404 Not Found")

    def asked_since(self) -> list[str]:
        asked, self.asked = self.asked, []
        return asked


def setting(folder: Path, server: Server, window: str = "") -> Setting:
    source = f"{{connector: http, address: '{server.address('{period}.csv')}', retries: 0, periods: {{freq: M, first: 2023-01{window}}}}}"
    return Setting(folder, f"source: {source}")


@pytest.mark.parametrize(
    ("window", "again"),
    [("", 3), (", revisable: 0", 0), (", revisable: 1", 1), (", revisable: 99", 14), (", revisable: all", 14)],
)
def test_what_is_held_and_final_is_left_alone(tmp_path: Path, window: str, again: int) -> None:
    office = Office()
    with serving(responder=office) as server:
        feed = setting(tmp_path, server, window)
        feed.pull()
        assert office.asked_since() == MONTHS
        feed.pull()
        assert office.asked_since() == MONTHS[14 - again :]


def test_a_revision_inside_the_window_is_found_and_one_before_it_when_asked(tmp_path: Path) -> None:
    office = Office()
    with serving(responder=office) as server:
        feed = setting(tmp_path, server)
        feed.pull()
        office.has["2023-12"], office.has["2023-05"] = b"revised", b"revised long after"
        assert {one.period: one.status for one in feed.pull()} == {
            "2023-12": "new",
            "2024-01": "unchanged",
            "2024-02": "unchanged",
        }
        assert feed.newest("2023-05") == b"2023-05"
        assert {one.status for one in feed.pull(periods=["2023-05"])} == {"new"}
        office.has["2023-06"] = b"another"
        assert [one.period for one in feed.pull(refresh=True) if one.status == "new"] == ["2023-06"]


def test_a_month_in_vain_is_asked_for_again_until_it_comes(tmp_path: Path) -> None:
    office = Office()
    del office.has["2023-04"]
    with serving(responder=office) as server:
        feed = setting(tmp_path, server, ", revisable: 0")
        feed.pull()
        office.asked_since()
        feed.pull()
        assert office.asked_since() == ["2023-04"]
        office.has["2023-04"] = b"late"
        assert {one.period: one.status for one in feed.pull()} == {"2023-04": "new"}
        office.asked_since()
        assert feed.pull() == [] and office.asked_since() == []


def test_a_month_that_failed_is_asked_for_again_though_an_older_file_is_held(tmp_path: Path) -> None:
    office = Office()
    with serving(responder=office) as server:
        feed = setting(tmp_path, server, ", revisable: 0")
        feed.pull()
        del office.has["2023-04"]
        assert [one.status for one in feed.pull(periods=["2023-04"])] == ["missing"]
        office.asked_since()
        feed.pull()
        assert office.asked_since() == ["2023-04"]


def test_a_month_that_was_refused_is_asked_for_again(tmp_path: Path) -> None:
    office, line = Office(), "e{0},{0}-05,{0}-09,hom,1,,G,Y\n"
    office.has = {month: (HEADER + line.format(month)).encode() for month in MONTHS}
    # A file of another make: the connector lets it through, conform does not.
    office.has["2023-07"] = b"a,b\n1,2\n"
    with serving(responder=office) as server:
        feed = setting(tmp_path, server, ", revisable: 0")
        feed.pull()
        conform_feed(feed.plan, feed.store.arrivals(), feed.home)
        refused = refused_periods(feed.plan, feed.store.arrivals(), feed.home)
        assert refused == {"2023-07"}
        office.asked_since()
        feed.pull(refused=refused)
        assert office.asked_since() == ["2023-07"]
        office.has["2023-07"] = (HEADER + line.format("2023-07")).encode()
        assert [one.status for one in feed.pull(refused=refused)] == ["new"]
        conform_feed(feed.plan, feed.store.arrivals(), feed.home)
        assert refused_periods(feed.plan, feed.store.arrivals(), feed.home) == set()


def test_a_folder_is_looked_at_whole(tmp_path: Path) -> None:
    source = "source: {connector: file, address: 'm/{period}.csv', periods: {freq: M, first: 2023-01}}"
    feed = Setting(tmp_path, source)
    (feed.data / "m").mkdir()
    for month in MONTHS:
        (feed.data / "m" / f"{month}.csv").write_text(month)
    feed.pull()
    (feed.data / "m" / "2023-02.csv").write_text("mended by hand")
    assert [one.period for one in feed.pull() if one.status == "new"] == ["2023-02"]


def test_the_window_is_no_reason_to_conform_anew(tmp_path: Path) -> None:
    plans = []
    for number, window in enumerate(("", ", revisable: 7")):
        source = f"source: {{connector: file, address: '{{period}}.csv', periods: {{freq: M, first: 2023-01{window}}}}}"
        plans.append(read_assessment([write_city(tmp_path / str(number), {SOURCE: source})]).cities[0].feeds[0])
    assert plans[0].contract_hash == plans[1].contract_hash


@pytest.mark.parametrize("window", ["-1", "2000", "some", "1.5"])
def test_a_window_that_is_none_is_found_by_check(tmp_path: Path, window: str) -> None:
    source = f"source: {{connector: file, address: '{{period}}.csv', periods: {{freq: M, first: 2023-01, revisable: {window}}}}}"
    with pytest.raises(ContractError, match="revisable"):
        read_assessment([write_city(tmp_path, {SOURCE: source})])
