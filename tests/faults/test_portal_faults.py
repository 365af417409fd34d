"""Portals that misbehave in the middle of their pages: nothing short, doubled or foreign is ever kept, and no token gets out."""

from __future__ import annotations

import gzip
import json
import re
import socket
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sga_pipeline.errors import DeliveryError, PullError
from tests.fake_portals import Arcgis, Ckan, FakePortal, Opendatasoft, Opensdg, Pxweb, Socrata, as_json, rows
from tests.portals import fetch, read
from tests.reading import table
from tests.servers import Answer, answer, redirect, serving

ROWS = rows(2600)
TOKEN = "s3cret-token"
PORTALS: dict[str, tuple[type[FakePortal], dict[str, Any]]] = {
    "ckan": (Ckan, {}),
    "socrata": (Socrata, {}),
    "arcgis": (Arcgis, {}),
    "arcgis geojson": (Arcgis, {}),
    "opendatasoft": (Opendatasoft, {}),
    "pxweb": (Pxweb, {"max_cells": 600, "slice_by": "Region"}),
    "opensdg": (Opensdg, {}),
}
PAGED = ["ckan", "socrata", "arcgis", "arcgis geojson"]
JSON = [one for one in PORTALS if one != "opensdg"]
# The second question is in the middle of each protocol's questions.
MIDDLE = 2


def middle(sent: Answer) -> Callable[[int, str, Answer], Answer]:
    return lambda number, _, due: sent if number == MIDDLE else due


def once(sent: Answer) -> Callable[[int, str, Answer], Answer]:
    """The question is asked again, under the next number, and answered."""
    return middle(sent)


def changing(change: Callable[[dict[str, Any] | list[Any], int], Any]) -> Callable[[int, str, Answer], Answer]:
    """What the portal says, changed."""

    def spoil(number: int, _: str, due: Answer) -> Answer:
        assert isinstance(due, bytes)
        return as_json(change(json.loads(due.partition(b"\r\n\r\n")[2]), number))

    return spoil


def fail(protocol: str, spoil: Callable[[int, str, Answer], Answer], into: Path, **given: Any) -> PullError:
    kind, says = PORTALS[protocol]
    with serving(responder=kind(ROWS, spoil)) as server, pytest.raises(PullError) as raised:
        fetch(server, protocol, into, **(says | given))
    return raised.value


@pytest.mark.parametrize("protocol", PORTALS)
def test_whole_without_a_fault(tmp_path: Path, protocol: str) -> None:
    """The control of all that follows: undamaged, each portal gives its rows over more than one question."""
    kind, says = PORTALS[protocol]
    portal = kind(ROWS)
    with serving(responder=portal) as server:
        fetched = fetch(server, protocol, tmp_path, **says)
    assert len(read(fetched.path, protocol, tmp_path)[1]) == {"pxweb": 1200, "opensdg": 4}.get(protocol, 2600)
    assert len(portal.asked) >= MIDDLE


@pytest.mark.parametrize("protocol", PORTALS)
@pytest.mark.parametrize(
    ("sent", "nap"),
    [
        (answer(b"slow down", "429 Too Many", Retry_After="7"), 7),
        (answer(b"broken", "500 Internal"), 0.5),
        (answer(b'{"a": 1}', length=500, media_type="application/json"), 0.5),
        (answer(gzip.compress(b'{"a": 1}' * 50, mtime=0)[:30], Content_Encoding="gzip", media_type=None), 0.5),
    ],
    ids=["429", "500", "cut short", "cut gzip"],
)
def test_a_passing_fault_in_the_middle_costs_one_question(
    tmp_path: Path, protocol: str, sent: bytes, nap: float
) -> None:
    kind, says = PORTALS[protocol]
    naps: list[float] = []
    tables = []
    for name, spoil, tries in (("plain", None, 0), ("spoilt", once(sent), 2)):
        into = tmp_path / name
        into.mkdir()
        portal = kind(ROWS, spoil)
        with serving(responder=portal) as server:
            fetched = fetch(server, protocol, into, naps=naps, retries=tries, **says)
        tables.append((read(fetched.path, protocol, into), len(portal.asked)))
    assert tables[0][0] == tables[1][0] and tables[1][1] == tables[0][1] + 1
    assert len(naps) == 1 and nap <= naps[0] <= 1.3 * nap


@pytest.mark.parametrize("protocol", PORTALS)
@pytest.mark.parametrize(
    ("sent", "words", "transient"),
    [
        (answer(b"<!DOCTYPE html><title>Log in</title>", media_type="text/html"), "a web page", False),
        (answer(b"<html><body>Log in</body></html>", media_type=None), "a web page", False),
        (redirect("https://login.example.net/"), "redirects to another place, login.example.net", False),
        (answer(b"", "403 Forbidden"), "refuses access", False),
        (answer(b"", "404 Not Found"), "no such", False),
        (answer(b"", "204 No Content", length=0), "no content", False),
        (answer(b"", length=0, media_type="application/json"), "is empty", False),
        (answer(b'{"a": 1}', length=None, media_type="application/json"), "how long its answer is", False),
    ],
    ids=["login", "login unmarked", "redirect", "403", "404", "204", "empty", "unmeasured"],
)
def test_something_else_in_the_middle_ends_the_pull(
    tmp_path: Path, protocol: str, sent: bytes, words: str, transient: bool
) -> None:
    error = fail(protocol, middle(sent), tmp_path, retries=3)
    assert words in str(error) and error.transient is transient


@pytest.mark.parametrize("protocol", JSON)
@pytest.mark.parametrize(
    "body",
    [b'{"result": {"records": [1, 2', b'["a", ', b"[" * 200_000, b'{"a":' * 100_000, b'{"a" 1}', b'{"\xff": 1}'],
    ids=["cut object", "cut list", "nested lists", "nested objects", "no colon", "not utf-8"],
)
def test_json_that_is_none_is_refused(tmp_path: Path, protocol: str, body: bytes) -> None:
    """The length stated is right: only reading finds it."""
    error = fail(protocol, middle(answer(body, media_type="application/json")), tmp_path)
    assert "no JSON" in str(error) and error.transient


ODD = [
    {},
    [],
    None,
    {"result": None},
    {"success": True, "result": {}},
    {"count": -1},
    {"count": True},
    {"count": "many"},
    {"features": 5, "count": 1},
    {"total_count": 3.5},
    [{"n": "x"}],
    [{}],
    {"variables": 3},
    {"size": "ab"},
    {"size": [True]},
]


@pytest.mark.parametrize("protocol", JSON)
@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("document", ODD, ids=str)
def test_documents_of_another_kind_are_refused(tmp_path: Path, protocol: str, number: int, document: Any) -> None:
    if protocol == "socrata" and number == MIDDLE and document in ([{}], [{"n": "x"}]):
        pytest.skip("these are rows, as far as anyone can tell")
    whole = as_json(document)
    if document is None:
        whole = answer(b'["null"]', media_type="application/json")
    error = fail(protocol, lambda at, _, due: whole if at == number else due, tmp_path)
    assert error.problem.next_step


@pytest.mark.parametrize(
    ("protocol", "complaint", "words"),
    [
        (
            "ckan",
            {"success": False, "error": {"message": "Access denied", "__type": "Authorization Error"}},
            "Access denied",
        ),
        ("ckan", {"success": False, "result": {"records": [], "total": 2600, "note": "half done"}}, "half done"),
        (
            "socrata",
            {"code": "query.compiler.malformed", "error": True, "message": "Could not parse"},
            "Could not parse",
        ),
        ("arcgis", {"error": {"code": 498, "message": "Invalid token.", "details": []}}, "Invalid token"),
        ("arcgis geojson", {"error": {"code": 400, "message": "Pagination is not supported"}}, "Pagination is not"),
        ("opendatasoft", {"error_code": "ODSQLError", "message": "ODSQL query is malformed"}, "is malformed"),
        ("opendatasoft v1", {"errorcode": 10002, "error": "Unknown dataset"}, "Unknown dataset"),
        ("pxweb", {"error": "Too many values selected"}, "Too many values"),
    ],
)
def test_a_complaint_with_status_200_is_reported_and_shows_no_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, protocol: str, complaint: dict[str, Any], words: str
) -> None:
    monkeypatch.setenv("PORTAL_TOKEN", TOKEN)
    complaint = json.loads(json.dumps(complaint).replace(words, f"{words} (asked with {TOKEN}\\u0007)"))
    kind, says = PORTALS.get(protocol, (Opendatasoft, {}))
    last = 1 if protocol == "opendatasoft v1" else MIDDLE
    portal = kind(ROWS, lambda number, _, due: as_json(complaint) if number == last else due)
    with serving(responder=portal) as server, pytest.raises(PullError, match="the source complains") as raised:
        fetch(server, protocol, tmp_path, token_env="PORTAL_TOKEN", **says)
    assert words in str(raised.value) and TOKEN not in str(raised.value) and "\x07" not in str(raised.value)


@pytest.mark.parametrize("protocol", PORTALS)
def test_bombs_and_floods_end_at_the_limit(tmp_path: Path, protocol: str) -> None:
    bomb = answer(gzip.compress(b"[" + b" " * 5_000_000 + b"]"), Content_Encoding="gzip", media_type=None)
    flood = answer(b"[" + b"1," * 400_000 + b"1]", media_type=None)
    for sent in (bomb, flood):
        error = fail(protocol, middle(sent), tmp_path, max_bytes=700_000)
        assert "larger than" in str(error)
    assert sum(one.stat().st_size for one in tmp_path.iterdir()) < 2_000_000


def test_all_pages_together_stay_below_the_limit(tmp_path: Path) -> None:
    error = fail("ckan", lambda number, _, due: due, tmp_path, max_bytes=300_000, page_rows=100)
    assert "larger than" in str(error)


def test_a_page_too_large_to_be_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sga_pipeline.connectors.portals.portal.Portal.max_page_bytes", 10_000)
    error = fail("ckan", lambda number, _, due: due, tmp_path)
    assert "too large to be read" in str(error) and not error.transient


@pytest.mark.parametrize(
    ("protocol", "header"),
    [
        ("ckan", f"Authorization: {TOKEN}"),
        ("socrata", f"X-App-Token: {TOKEN}"),
        ("arcgis", f"X-Esri-Authorization: Bearer {TOKEN}"),
        ("opendatasoft", f"Authorization: Apikey {TOKEN}"),
        ("pxweb", f"Authorization: Bearer {TOKEN}"),
        ("opensdg", f"Authorization: Bearer {TOKEN}"),
    ],
)
def test_a_token_goes_into_its_header_and_nowhere_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, protocol: str, header: str
) -> None:
    monkeypatch.setenv("PORTAL_TOKEN", TOKEN)
    kind, says = PORTALS[protocol]
    with serving(responder=kind(ROWS)) as server:
        fetched = fetch(server, protocol, tmp_path, token_env="PORTAL_TOKEN", **says)
    for request in server.requests:
        assert re.findall(rf"^.*{TOKEN}.*$", request.replace("\r", ""), re.M) == [header]
    assert TOKEN not in repr(fetched) and TOKEN.encode() not in fetched.path.read_bytes()


@pytest.mark.parametrize("protocol", PORTALS)
def test_a_named_host_is_followed_and_never_given_the_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, protocol: str
) -> None:
    monkeypatch.setenv("PORTAL_TOKEN", TOKEN)
    kind, says = PORTALS[protocol]
    with serving(responder=kind(ROWS)) as other:

        def elsewhere(number: int, target: str, due: Answer) -> Answer:
            return redirect(other.address(target[1:], "localhost"), "307 Moved") if number == MIDDLE else due

        with serving(responder=kind(ROWS, elsewhere)) as server:
            host = f"localhost:{other.port}"
            fetched = fetch(server, protocol, tmp_path, token_env="PORTAL_TOKEN", redirect_hosts=[host], **says)
    assert read(fetched.path, protocol, tmp_path)[1]
    assert len(other.requests) == 1 and TOKEN not in other.requests[0]


def test_a_server_that_falls_silent_in_the_middle(tmp_path: Path) -> None:
    def hang(connection: socket.socket) -> None:
        connection.settimeout(5)
        connection.recv(1)

    error = fail("ckan", middle(hang), tmp_path, read_timeout_s=0.2)
    assert "took too long" in str(error) and error.transient


def test_an_archive_that_is_not_what_a_connector_keeps(tmp_path: Path) -> None:
    form = {"kind": "json", "records": "result.records"}
    packed = tmp_path / "packed.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("page-000001", b"[" + b" " * 1_000_000 + b"]")
    with pytest.raises(DeliveryError, match="no pages a connector kept"):
        table(packed, tmp_path, **form)
