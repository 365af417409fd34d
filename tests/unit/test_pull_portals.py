"""Portals pulled as a feed: what is new is kept once, a missing period is a gap and a missing data set a fault, and no token is written down."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from sga_pipeline.contracts.assessment import read_assessment
from sga_pipeline.home import Home
from sga_pipeline.raw.outcomes import PullOutcome
from sga_pipeline.raw.pull import pull_feed
from tests.city_folder import write_city
from tests.fake_portals import Arcgis, Ckan, FakePortal, Opendatasoft, Opensdg, Pxweb, Socrata, as_json, rows
from tests.portals import LAYER
from tests.servers import Server, answer, serving

TOKEN = "s3cret-token"
ROWS = rows(60)
FEEDS: dict[str, tuple[type[FakePortal], str, str]] = {
    "ckan": (Ckan, "address: '{site}', resource: res-1, page_rows: 9", "kind: json, records: result.records"),
    "socrata": (Socrata, "address: '{site}', dataset: abcd-1234, page_rows: 9", "kind: json"),
    "opendatasoft": (Opendatasoft, "address: '{site}', dataset: set-1", "kind: json"),
    "arcgis": (Arcgis, f"address: '{{site}}{LAYER}', page_rows: 9", "kind: json, records: features.*.attributes"),
    "pxweb": (
        Pxweb,
        "address: '{site}api/v1/en/BE/table1.px', select: {{Region: ['*'], Tid: ['*']}}",
        "kind: jsonstat",
    ),
    "opensdg": (
        Opensdg,
        "address: '{site}data/indicator_{{indicator}}.csv', indicators: [4-1-1, 16-1-1-a]",
        "kind: opensdg",
    ),
}


class Feed:
    """A small city whose one feed comes from a portal."""

    def __init__(self, folder: Path, server: Server, protocol: str, more: str = "") -> None:
        _, source, form = FEEDS[protocol]
        says = source.format(site=server.address(""))
        plan = f"source: {{connector: {protocol}, {says}, token_env: PORTAL_TOKEN, retries: 0{more}}}"
        changes = {
            "source: {connector: file, address: incidents.csv}": plan,
            "format: {kind: csv}": f"format: {{{form}}}",
        }
        self.city = read_assessment([write_city(folder, changes)]).cities[0]
        self.home = Home(folder / "home")

    def pull(self) -> list[PullOutcome]:
        now = datetime(2024, 3, 1, 12, tzinfo=UTC)
        return pull_feed(self.city.feeds[0], self.city, self.home, now=now, as_of=date(2024, 3, 1))


@pytest.mark.parametrize("protocol", FEEDS)
def test_what_is_new_is_kept_once_and_without_the_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, protocol: str
) -> None:
    monkeypatch.setenv("PORTAL_TOKEN", TOKEN)
    portal = FEEDS[protocol][0](ROWS)
    with serving(responder=portal) as server:
        feed = Feed(tmp_path, server, protocol)
        (first,), (second,) = feed.pull(), feed.pull()
        portal.spoil = lambda number, _, due: as_json({"error": f"go away, {TOKEN}"})
        (third,) = feed.pull()
    assert (first.status, second.status, third.status) == ("new", "unchanged", "failed")
    assert first.delivery is not None and third.delivery == second.delivery == first.delivery
    assert first.delivery.connector == protocol and first.delivery.is_intact()
    kept = [one for one in feed.home.path.rglob("*") if one.is_file()]
    assert kept and not [one for one in kept if TOKEN.encode() in one.read_bytes()]
    assert TOKEN not in third.message


def test_a_month_not_published_yet_is_a_gap_and_a_table_gone_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORTAL_TOKEN", TOKEN)
    monkeypatch.setattr(FEEDS["pxweb"][0], "MONTHS", ["2023M10", "2023M11"])
    more = ", periods: {freq: M, first: 2023-10, last: 2023-12}, period_variable: Tid, period_text: '{year}M{month}'"
    portal = Pxweb(ROWS)
    monkeypatch.setitem(
        FEEDS, "pxweb", (Pxweb, "address: '{site}api/v1/en/BE/table1.px', select: {{Region: ['*']}}", "kind: jsonstat")
    )
    with serving(responder=portal) as server:
        feed = Feed(tmp_path, server, "pxweb", more)
        asked = {one.period: one.status for one in feed.pull()}
        assert asked == {"2023-10": "new", "2023-11": "new", "2023-12": "missing"}
        portal.spoil = lambda number, _, due: answer(b"", "404 Not Found")
        assert {one.status for one in feed.pull()} == {"failed"}
