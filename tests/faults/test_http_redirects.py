"""Redirects and tokens: followed only where the contract says, and no key goes where it may not."""

from __future__ import annotations

import traceback
from pathlib import Path

import pytest

from sga_pipeline.connectors.connector import Known
from sga_pipeline.connectors.stores.http import HttpConnector
from sga_pipeline.contracts.sources.files import HttpSource
from sga_pipeline.errors import PullError
from tests.faults.http_pulls import CSV, PAGE, ROWS, TOKEN, Get
from tests.servers import Answer, answer, redirect, serving


def test_redirects_stay_where_the_contract_says(get: Get) -> None:
    with serving(redirect("/elsewhere.csv", "301 Moved"), redirect("new.csv"), answer(ROWS)) as server:
        fetched = get(server)
    assert fetched is not None and fetched.file_name == "data.csv" and "GET /new.csv" in server.requests[2]
    with serving(redirect("/again")) as server, pytest.raises(PullError, match="without end"):
        get(server)
    assert len(server.requests) == 6
    login = answer(PAGE, media_type="text/html")
    with serving(redirect("/login"), login) as server, pytest.raises(PullError, match="a web page"):
        get(server)


def test_the_body_of_a_redirect_is_not_read(get: Get) -> None:
    endless = answer(b"x" * 1000, "302 Found", length=10**9, Location="/new.csv")
    with serving(endless, answer(ROWS)) as server:
        assert get(server, read_timeout_s=1.0)


SPELLINGS = [
    "127.0.0.1",
    "localhost",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "127.1",
    "0",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "user:pw@127.0.0.1",
    "x@127.0.0.1",
    "169.254.169.254",
    "10.0.0.1",
    "127.0.0.1.example.org",
]


@pytest.mark.parametrize("host", SPELLINGS)
def test_a_redirect_to_another_server_is_never_followed(get: Get, host: str) -> None:
    with serving(answer(ROWS)) as trap:
        sent = redirect(f"http://{host}:{trap.port}/secret?key=s3cret")
        with serving(sent) as server, pytest.raises(PullError, match="redirects to another place") as raised:
            get(server)
        assert trap.requests == [] and "s3cret" not in str(raised.value) and "pw" not in str(raised.value)


@pytest.mark.parametrize(
    "location", ["file:///etc/hosts", "ftp://127.0.0.1/x", "//127.0.0.1:1/x", "http:\\\\a", "http://[", ""]
)
def test_odd_redirects_are_refused(get: Get, location: str) -> None:
    with serving(redirect(location)) as server, pytest.raises(PullError, match=r"another place|without end"):
        get(server)


def test_a_named_host_is_followed_and_never_given_the_token(get: Get, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEED_TOKEN", TOKEN)
    with serving(answer(ROWS)) as store, serving(redirect(store.address("signed?key=s3cret"))) as server:
        fetched = get(server, token_env="FEED_TOKEN", redirect_hosts=[f"127.0.0.1:{store.port}"])
    assert fetched is not None and fetched.address == server.address()
    assert f"Authorization: Bearer {TOKEN}" in server.requests[0]
    assert "Authorization" not in store.requests[0]


@pytest.mark.parametrize(
    "given",
    [
        answer(b"", "401 No"),
        answer(b"", "500 No"),
        answer(ROWS, length=9999),
        answer(PAGE),
        redirect(f"http://10.0.0.1/?token={TOKEN}"),
        b"nonsense",
    ],
)
def test_a_token_is_in_no_message_and_no_traceback(get: Get, monkeypatch: pytest.MonkeyPatch, given: Answer) -> None:
    monkeypatch.setenv("FEED_TOKEN", TOKEN)
    with serving(given) as server, pytest.raises(PullError) as raised:
        get(server, path=f"data.csv?api_key={TOKEN}", token_env="FEED_TOKEN")
    assert TOKEN in server.requests[0]
    assert TOKEN not in "".join(traceback.format_exception(raised.value))


def test_a_token_is_needed_and_goes_where_nobody_can_read_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    source = HttpSource(connector="http", address="http://data.example.org/a.csv", token_env="FEED_TOKEN")
    monkeypatch.delenv("FEED_TOKEN", raising=False)
    with pytest.raises(PullError, match="FEED_TOKEN"):
        HttpConnector(source, CSV).fetch(None, tmp_path, Known())
    monkeypatch.setenv("FEED_TOKEN", TOKEN)
    with pytest.raises(PullError, match="unencrypted"):
        HttpConnector(source, CSV).fetch(None, tmp_path, Known())
