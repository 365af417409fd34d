"""A DHIS2 server that answers as real ones do, and one that misbehaves; the token never shows, and nothing half is kept."""

from __future__ import annotations

import json
import re
import traceback
import zipfile
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from sga_pipeline.connectors.connector import Fetched, Known
from sga_pipeline.connectors.health.dhis2 import Dhis2Connector
from sga_pipeline.contracts.formats import Dhis2Format
from sga_pipeline.contracts.sources.services import Dhis2Source
from sga_pipeline.errors import PullError
from tests.fake_dhis2_server import CITY, DATA, UNITS, FakeDhis2Server, of_json
from tests.servers import Answer, Server, answer, redirect, serving
from tests.unit.test_conform_dhis2 import opened

TOKEN = "d2pat_s3cret0123456789"
LOGIN_PAGE = (
    b"<!DOCTYPE html><html><head><title>DHIS 2</title></head><body><form action='login.action'></form></body></html>"
)
FORM = Dhis2Format(kind="dhis2", levels=[1])
Pull = Callable[..., Fetched]


@pytest.fixture
def pull(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pull:
    monkeypatch.setenv("DHIS2_TOKEN", TOKEN)

    def fetch(server: Server, period: str | None = "2023-04", **keys: object) -> Fetched:
        given = {
            "address": server.address(""),
            "data": [DATA],
            "org_units": [CITY],
            "org_unit_level": [3],
            "token_env": "DHIS2_TOKEN",
            "periods": {"freq": "M", "first": "2023-01"},
            "retries": 0,
            "total_timeout_s": 20.0,
        }
        source = Dhis2Source.model_validate({"connector": "dhis2"} | given | keys)
        fetch.naps = []  # type: ignore[attr-defined]
        fetched = Dhis2Connector(source, FORM, fetch.naps.append).fetch(period, tmp_path, Known())  # type: ignore[attr-defined]
        assert fetched is not None
        return fetched

    return fetch


def members(fetched: Fetched) -> list[bytes]:
    with zipfile.ZipFile(fetched.path) as archive:
        return [archive.read(one) for one in archive.infolist()]


def test_figures_and_all_pages_of_units_are_one_delivery(pull: Pull) -> None:
    dhis2 = FakeDhis2Server()
    with serving(responder=dhis2) as server:
        fetched = pull(server, api_version=40)
    kept = members(fetched)
    assert [json.loads(one).get("pager", {}).get("page") for one in kept] == [None, 1, 2, 3]
    paths = [path for path, _ in dhis2.asked]
    assert paths == ["/api/40/analytics.json"] + ["/api/40/organisationUnits.json"] * 3
    _, query = dhis2.asked[0]
    assert query["dimension"] == [f"dx:{DATA}", "pe:202304", f"ou:{CITY};LEVEL-3"]
    assert query["outputIdScheme"] == ["UID"] and query["skipMeta"] == ["false"]
    assert dhis2.asked[1][1]["filter"] == [f"path:like:{CITY}", "level:in:[3]"]
    assert all(f"Authorization: ApiToken {TOKEN}" in one for one in server.requests)
    rows = opened(fetched.path, FORM)
    assert len(rows) == 2500 and sum(int(str(row["value"])) for row in rows) == sum(
        number % 7 for number in range(2500)
    )
    assert (rows[-1]["ou code"], rows[-1]["ou name"], rows[-1]["ou level 1 name"]) == ("C2499", "Ward 2499", "Small")
    # Nothing of the token is kept with the data.
    whole = b"".join(one for one in kept) + repr(fetched).encode()
    assert TOKEN.encode() not in whole and fetched.path.read_bytes().find(TOKEN.encode()) < 0


def test_the_same_answers_are_the_same_bytes(pull: Pull, tmp_path: Path) -> None:
    with serving(responder=FakeDhis2Server()) as server:
        first = pull(server).path.read_bytes()
        second = pull(server).path.read_bytes()
    assert first == second


@pytest.mark.parametrize(("period", "asked"), [("2023-04", "202304"), ("2023-Q1", "2023Q1"), ("2023", "2023")])
def test_periods_are_asked_for_as_dhis2_writes_them(pull: Pull, period: str, asked: str) -> None:
    dhis2 = FakeDhis2Server()
    with serving(responder=dhis2) as server:
        fetched = pull(server, period, with_units=False, co=True, org_unit_level=[])
    assert dhis2.asked[0][1]["dimension"][1:] == [f"pe:{asked}", f"ou:{CITY}", "co"]
    # A single page is kept as it came.
    assert json.loads(fetched.path.read_bytes())["height"] == 2500


def test_raw_values_and_units_alone(pull: Pull) -> None:
    dhis2 = FakeDhis2Server()
    with serving(responder=dhis2) as server:
        values = pull(server, resource="data_values", org_unit_level=[], with_units=False)
        (row,) = opened(values.path, FORM)
        assert (row["value"], row["ou"], row["pe"]) == ("0", UNITS[1]["id"], "202304")
        units = pull(server, None, resource="units", data=[], periods=None, geometry=True)
        assert len(opened(units.path, FORM)) == 2500
    assert dhis2.asked[0][1] == {"dataSet": [DATA], "orgUnit": [CITY], "period": ["202304"], "children": ["true"]}
    assert dhis2.asked[-1][1]["fields"][0].endswith(",geometry")


def test_an_old_server_takes_user_and_password(pull: Pull, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DHIS2_TOKEN", "reader:district")
    with serving(responder=FakeDhis2Server()) as server:
        pull(server, login="password", with_units=False)
    assert f"Authorization: Basic {b64encode(b'reader:district').decode()}" in server.requests[0]


CONFLICT = {
    "httpStatus": "Conflict",
    "httpStatusCode": 409,
    "status": "ERROR",
    "errorCode": "E7124",
    "message": f"Data dimension does not exist, said to ApiToken {TOKEN}",
}


def _said(server: Server, pull: Pull, **keys: object) -> tuple[str, PullError]:
    with pytest.raises(PullError) as raised:
        pull(server, **keys)
    said = str(raised.value) + "".join(traceback.format_exception(raised.value))
    assert TOKEN not in said.split("Traceback")[0]
    assert TOKEN not in str(raised.value)
    return str(raised.value), raised.value


BROKEN: dict[str, tuple[Callable[[dict[str, list[str]]], Answer], str]] = {
    "conflict": (lambda _: of_json(CONFLICT, "409 Conflict"), r"409: Data dimension does not exist"),
    "conflict with status 200": (
        lambda _: of_json(CONFLICT | {"message": "Analytics tables are updating"}),
        r"complains: Analytics tables",
    ),
    "conflict without a word": (lambda _: answer(b"", "409 Conflict"), r"answered 409"),
    "not allowed": (lambda _: of_json({"message": "no"}, "401 Unauthorized"), r"refuses access \(401\).*token_env"),
    "forbidden": (lambda _: of_json({"message": "no"}, "403 Forbidden"), r"refuses access \(403\)"),
    "log-in page": (lambda _: answer(LOGIN_PAGE, media_type="text/html"), r"a web page"),
    "log-in page as JSON": (lambda _: answer(LOGIN_PAGE, media_type="application/json"), r"a web page"),
    "redirect elsewhere": (lambda _: redirect("https://login.example.org/"), r"redirects to another place"),
    "cut": (
        lambda _: answer(b'{"headers":[', media_type="application/json", length=999),
        r"the connection failed \(ProtocolError\)",
    ),
    "cut and not said": (
        lambda _: answer(b'{"headers":[', media_type="application/json"),
        r"no JSON, or was cut short",
    ),
    "deep": (lambda _: answer(b'{"a":' + b"[" * 100_000, media_type="application/json"), r"no JSON"),
    "a list": (lambda _: of_json([]), r"no object"),
    "nothing": (lambda _: of_json({}), r"holds no analytics"),
    "other": (lambda _: of_json({"rows": {}}), r"holds no analytics"),
    "moved": (lambda _: answer(b"", "404 Not Found"), r"no such file"),
    "broken": (lambda _: answer(b"", "500 Error"), r"answered 500"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_figures_that_do_not_come_are_an_error_with_a_next_step(pull: Pull, tmp_path: Path, name: str) -> None:
    given, says = BROKEN[name]
    with serving(responder=FakeDhis2Server(analytics=given)) as server:
        said, error = _said(server, pull)
    assert re.search(says, said), said
    assert error.problem.next_step
    assert not list(tmp_path.glob("*.pages"))


def test_the_redirect_of_a_server_without_log_in_ends_at_its_page(pull: Pull) -> None:
    def respond(target: str, body: bytes) -> Answer:
        return (
            answer(LOGIN_PAGE, media_type="text/html") if "dhis-web-login" in target else redirect("/dhis-web-login/")
        )

    with serving(responder=respond) as server:
        said, _ = _said(server, pull)
    assert "a web page" in said and len(server.requests) == 2


def test_a_busy_server_is_left_alone_for_as_long_as_it_says(pull: Pull) -> None:
    times = iter([of_json({}, "429 Too Many Requests", Retry_After="2"), None])
    with serving(responder=FakeDhis2Server(organisationUnits=lambda _: next(times, None))) as server:
        fetched = pull(server, retries=1)
    assert len(members(fetched)) == 4
    assert len(pull.naps) == 1 and 2 <= pull.naps[0] < 3  # type: ignore[attr-defined]


def _page(query: dict[str, list[str]], **pager: object) -> dict[str, Any]:
    page = FakeDhis2Server.page(int(query["page"][0]), int(query["pageSize"][0]))
    page["pager"] |= pager
    return page


ENDLESS: dict[str, tuple[Callable[[dict[str, list[str]]], Answer | None], str]] = {
    "one more page each time": (lambda q: of_json(_page(q, pageCount=int(q["page"][0]) + 1)), "changed while"),
    "a million pages": (lambda q: of_json(_page(q, pageCount=1_000_000)), "does not end"),
    "a thousand million units": (lambda q: of_json(_page(q, pageCount=1_000_000, total=1_000_000_000)), "does not end"),
    "always the first page": (lambda q: of_json(FakeDhis2Server.page(1, 1000)), "changed while"),
    "the first page under other numbers": (
        lambda q: of_json(FakeDhis2Server.page(1, 1000) | {"pager": _page(q)["pager"]}),
        "repeats",
    ),
    "an empty page": (lambda q: of_json(_page(q) | {"organisationUnits": []}), "no such units"),
    "an empty later page": (
        lambda q: of_json(_page(q) | {"organisationUnits": []}) if q["page"] == ["2"] else None,
        "is empty",
    ),
    "fewer than promised": (lambda q: of_json(_page(q, total=2600)), "2500 of 2600 units"),
    "no pager": (lambda q: of_json({"organisationUnits": UNITS[:10]}), "no page of units"),
    "a pager of words": (lambda q: of_json(_page(q, pageCount="3")), "how many there are"),
    "a pager of yes": (lambda q: of_json(_page(q, pageCount=True)), "how many there are"),
    "units of nothing": (
        lambda q: of_json(_page(q) | {"organisationUnits": [None] * 1000}),
        "empty, or repeats|no such units",
    ),
    "a list": (lambda q: of_json([]), "no object"),
    "a page of another kind": (lambda q: answer(LOGIN_PAGE, media_type="text/html"), "a web page"),
}


@pytest.mark.parametrize("name", ENDLESS)
def test_pages_of_units_that_do_not_add_up_are_refused(pull: Pull, tmp_path: Path, name: str) -> None:
    given, says = ENDLESS[name]
    with serving(responder=FakeDhis2Server(organisationUnits=given)) as server:
        said, _ = _said(server, pull)
    assert re.search(says, said), said
    assert len(server.requests) <= 5 and not list(tmp_path.glob("*.pages"))


def test_too_much_is_not_taken(pull: Pull) -> None:
    with serving(responder=FakeDhis2Server()) as server:
        said, _ = _said(server, pull, max_bytes=200_000)
    assert "larger than the" in said


def test_the_token_goes_over_no_open_line(pull: Pull, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(responder=FakeDhis2Server()) as server:
        said, _ = _said(server, pull, address="http://dhis.example.org")
        assert "unencrypted" in said
        monkeypatch.delenv("DHIS2_TOKEN")
        said, _ = _said(server, pull)
        assert "DHIS2_TOKEN" in said and not server.requests


@pytest.mark.parametrize(
    "keys",
    [
        {"data": []},
        {"org_units": []},
        {"data": ["not an id"]},
        {"org_units": ["LEVEL-3"]},
        {"org_unit_level": [0]},
        {"resource": "units"},
        {"resource": "data_values"},
        {"geometry": True},
        {"address": "https://x.org/api/analytics"},
        {"address": "https://x.org?dimension=pe:2023"},
        {"api_version": 2},
        {"login": "cookie"},
        {"unknown": 1},
        {"resource": "data_values", "org_unit_level": [], "co": True},
    ],
    ids=str,
)
def test_keys_that_do_not_go_together_are_found_before_anything_moves(keys: dict[str, object]) -> None:
    good = {
        "connector": "dhis2",
        "address": "https://x.org",
        "data": [DATA],
        "org_units": [CITY],
        "org_unit_level": [3],
        "periods": {"freq": "M", "first": "2023-01"},
    }
    assert Dhis2Source.model_validate(good).period_problem() is None
    with pytest.raises(ValidationError):
        Dhis2Source.model_validate(good | keys)


def test_figures_need_periods_and_units_have_none() -> None:
    good: dict[str, object] = {"connector": "dhis2", "address": "https://x.org", "org_units": [CITY]}
    assert "period by period" in str(Dhis2Source.model_validate(good | {"data": [DATA]}).period_problem())
    units = good | {"resource": "units", "periods": {"freq": "A", "first": "2020"}}
    assert "no periods" in str(Dhis2Source.model_validate(units).period_problem())
