"""Pages that do not add up: rows that end too soon, come twice, or change in number while they are read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sga_pipeline.errors import PullError
from tests.fake_portals import as_json, rows
from tests.faults.test_portal_faults import PAGED, PORTALS, ROWS, changing, fail
from tests.portals import fetch
from tests.servers import Answer, serving


@pytest.mark.parametrize("protocol", PAGED)
def test_a_page_cut_short_where_the_rows_end_too_soon(tmp_path: Path, protocol: str) -> None:
    """The last page comes without its last rows, and after it there is nothing."""

    class Short(PORTALS[protocol][0]):  # type: ignore[name-defined, misc]
        def reply(self, path: str, query: dict[str, str], body: bytes) -> bytes:
            counts = "returnCountOnly" in query or query.get("$select", "").startswith("count")
            whole = self.rows
            if not counts:
                self.rows = whole[:2500]
            given = bytes(super().reply(path, query, body))
            self.rows = whole
            # As many digits, so the length stated stays right.
            return given.replace(b'"total": 2500', b'"total": 2600') if protocol == "ckan" else given

    portal = Short(ROWS)
    with serving(responder=portal) as server, pytest.raises(PullError) as raised:
        fetch(server, protocol, tmp_path)
    assert "ended after 2500 of 2600" in str(raised.value) and raised.value.transient


def test_an_export_that_lacks_a_row_is_refused(tmp_path: Path) -> None:
    spoil = changing(lambda said, number: said[:-1] if isinstance(said, list) else said)
    error = fail("opendatasoft", spoil, tmp_path)
    assert "ended after" in str(error) or "2599 of 2600" in str(error)
    assert error.transient


@pytest.mark.parametrize("protocol", PAGED)
@pytest.mark.parametrize("last_page", [False, True])
@pytest.mark.parametrize("now", [2601, 2599])
def test_rows_added_or_taken_away_while_it_is_read(tmp_path: Path, protocol: str, last_page: bool, now: int) -> None:
    """In the middle, or only after the last page but one was given, or after the last where the count comes again."""
    kind, says = PORTALS[protocol]
    portal = kind(ROWS)
    turn = 2 if protocol == "ckan" and last_page else 4 if last_page else 1

    def grow(number: int, target: str, due: Answer) -> Answer:
        if number == turn:
            portal.rows = rows(now)
        return due

    portal.spoil = grow
    with serving(responder=portal) as server, pytest.raises(PullError, match="changed while it was read") as raised:
        fetch(server, protocol, tmp_path, **says)
    assert raised.value.transient
    if protocol == "ckan" or last_page:
        assert f"the number of rows went from 2600 to {now}" in str(raised.value)


@pytest.mark.parametrize("protocol", PAGED)
def test_a_page_repeated_for_ever_ends_soon(tmp_path: Path, protocol: str) -> None:
    """The server forgets the offset, and says all the while that there are a million rows."""
    kind, says = PORTALS[protocol]

    def again(number: int, target: str, due: Answer) -> Answer:
        assert isinstance(due, bytes)
        said = json.loads(due.partition(b"\r\n\r\n")[2])
        if isinstance(said, dict) and "result" in said:
            said["result"]["total"] = 1_000_000
        if isinstance(said, dict) and "count" in said:
            said["count"] = 1_000_000
        if isinstance(said, list) and "n" in said[0]:
            said = [{"n": "1000000"}]
        return as_json(said)

    class Forgetful(kind):  # type: ignore[valid-type, misc]
        def reply(self, path: str, query: dict[str, str], body: bytes) -> bytes:
            reset = {name: "0" for name in ("offset", "$offset", "resultOffset") if name in query}
            return bytes(super().reply(path, query | reset, body))

    portal = Forgetful(ROWS, again)
    with serving(responder=portal) as server, pytest.raises(PullError, match="twice"):
        fetch(server, protocol, tmp_path, **says)
    assert len(portal.asked) <= 3


@pytest.mark.parametrize("protocol", ["ckan", "arcgis", "arcgis geojson"])
def test_a_row_that_comes_again_on_another_page_is_found(tmp_path: Path, protocol: str) -> None:
    """Pages that overlap by a row, as they do where the order is not kept."""

    def overlap(number: int, target: str, due: Answer) -> Answer:
        return due

    class Sliding(PORTALS[protocol][0]):  # type: ignore[name-defined, misc]
        def reply(self, path: str, query: dict[str, str], body: bytes) -> bytes:
            moved = {name: str(max(0, int(query[name]) - 1)) for name in ("offset", "resultOffset") if name in query}
            return bytes(super().reply(path, query | moved, body))

    with serving(responder=Sliding(ROWS, overlap)) as server, pytest.raises(PullError, match="gave the row 1000 twice"):
        fetch(server, protocol, tmp_path)


def test_pxweb_that_gives_fewer_cells_than_asked(tmp_path: Path) -> None:
    def cut(said: Any, number: int) -> Any:
        return said | {"size": [24, 2, 12]} if "size" in said else said

    error = fail("pxweb", changing(cut), tmp_path)
    assert "576 cells came where 600 were asked for" in str(error) and error.transient
