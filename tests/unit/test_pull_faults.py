"""What a pull must not mistake: a source that moved for one that has not changed, a wrong address for a gap, a refusal for bad luck."""

from __future__ import annotations

import socket
import sqlite3
import time
from pathlib import Path

import pytest

from sga_pipeline.contracts.assessment import read_assessment
from tests.city_folder import write_city
from tests.servers import Server, answer, serving
from tests.unit.test_pull import SOURCE, Setting

UNIT, DATA = "ImspTQPwCqd", "fbfJHSPpUQD"
MONTHS = "periods: {freq: M, first: 2023-09, revisable: all}"
TOKEN = "city:s3cret-word"


def dhis2(folder: Path, server: Server, more: str = "") -> Setting:
    return Setting(
        folder,
        f"source: {{connector: dhis2, address: '{server.address('')}', data: [{DATA}], org_units: [{UNIT}], retries: 0, {MONTHS}{more}}}",
        "format: {kind: dhis2}",
    )


def table(folder: Path) -> Setting:
    """A table of a file below the city's data folder, with the day of each row."""
    return Setting(
        folder,
        f"source: {{connector: database, address: 'sqlite:///office.db', table: cases, order_by: [id], period_column: day, {MONTHS}}}",
        "format: {kind: parquet}",
    )


def test_another_address_is_not_asked_whether_it_changed_since_the_first(tmp_path: Path) -> None:
    with serving(answer(b"id\n1\n", Last_Modified="Fri, 01 Mar 2024 00:00:00 GMT", ETag='"1"')) as server:
        source = "source: {{connector: http, address: '{}', retries: 0}}"
        one = Setting(tmp_path, source.format(server.address("a.csv?table=1")))
        one.pull()
        one.pull()
        assert "If-None-Match" in server.requests[1] and "If-Modified-Since" in server.requests[1]
        folder = write_city(tmp_path / "moved", {SOURCE: source.format(server.address("a.csv?table=2"))})
        one.city = read_assessment([folder]).cities[0]
        one.plan = one.city.feeds[0]
        one.pull()
        assert "If-None-Match" not in server.requests[2] and "If-Modified-Since" not in server.requests[2]


def test_a_health_server_that_is_not_at_its_address_is_a_fault_and_no_gap(tmp_path: Path) -> None:
    with serving(answer(b"", "404 Not Found")) as server:
        assert {one.status for one in dhis2(tmp_path, server).pull()} == {"failed"}


def test_a_database_file_that_is_gone_is_a_fault_and_no_gap(tmp_path: Path) -> None:
    setting = table(tmp_path)
    file = setting.data / "office.db"
    with sqlite3.connect(file) as line:
        line.execute("create table cases (id integer primary key, day text)")
    line.close()
    assert {one.status for one in setting.pull()} == {"new"}
    file.unlink()
    outcomes = setting.pull()
    assert {one.status for one in outcomes} == {"failed"}
    assert "office.db" in (outcomes[0].message or "")


def test_who_is_not_let_in_does_not_knock_for_every_period(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN_THERE", TOKEN)
    with serving(answer(b"", "401 Unauthorized")) as server:
        outcomes = dhis2(tmp_path, server, ", token_env: TOKEN_THERE, login: password").pull()
        assert [one.status for one in outcomes] == ["failed"] * 6
        assert len(server.requests) == 3


def test_a_complaint_that_repeats_the_password_is_reported_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN_THERE", TOKEN)
    said = f'{{"status": "ERROR", "message": "no such user {TOKEN}, Basic Y2l0eTpzM2NyZXQtd29yZA=="}}'.encode()
    with serving(answer(said, media_type="application/json")) as server:
        setting = dhis2(tmp_path, server, ", token_env: TOKEN_THERE, login: password")
        message = setting.pull()[0].message or ""
    assert "no such user" in message and "s3cret" not in message and "Y2l0" not in message
    assert not any(b"s3cret" in one.read_bytes() for one in setting.home.path.rglob("*") if one.is_file())


def test_the_limit_reported_is_the_contracts_own(tmp_path: Path) -> None:
    page = b'{"headers": [], "rows": [], "pad": "' + b"x" * 500 + b'"}'
    with serving(answer(page, media_type="application/json")) as server:
        message = dhis2(tmp_path, server, ", max_bytes: 900").pull()[0].message or ""
    assert "900 bytes" in message


def test_the_newest_object_is_not_taken_for_the_one_before_by_an_etag_that_is_no_sum(tmp_path: Path) -> None:
    names = ["d1.csv"]

    def respond(target: str, body: bytes) -> bytes:
        if "list-type" in target:
            listed = "".join(f"<Contents><Key>{one}</Key></Contents>" for one in names)
            return answer(f"<ListBucketResult>{listed}</ListBucketResult>".encode(), media_type="application/xml")
        return answer(target.encode(), ETag='"1"')

    with serving(responder=respond) as server:
        store = f"endpoint: '{server.address('').rstrip('/')}', retries: 0, etag_is_md5: false"
        setting = Setting(tmp_path, f"source: {{connector: s3, address: 's3://office/d*.csv', {store}}}")
        setting.pull()
        names.append("d2.csv")
        setting.pull()
    assert "d2.csv" in server.requests[-1] and "if-none-match" not in server.requests[-1].lower()


@pytest.mark.parametrize("token", ["s3cret€", "s3\ncret"])
def test_a_token_no_header_can_hold_is_not_reported_as_a_wrong_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    monkeypatch.setenv("TOKEN_THERE", token)
    with serving(answer(b"id\n1\n")) as server:
        source = f"source: {{connector: http, address: '{server.address()}', token_env: TOKEN_THERE}}"
        (one,) = Setting(tmp_path, source).pull()
    assert "TOKEN_THERE" in (one.message or "") and "cret" not in (one.message or "") and not server.requests


SILENT = "source: {{connector: http, address: '{}', retries: 0, read_timeout_s: 0.2, {}}}"
SIX = ["2023-09", "2023-10", "2023-11", "2023-12", "2024-01", "2024-02"]


def say_nothing(connection: socket.socket) -> None:
    time.sleep(1)


def path_of(request: str) -> str:
    return request.split(" ")[1]


def monthly(folder: Path, server: Server) -> Setting:
    return Setting(folder, SILENT.format(server.address("{period}.csv"), MONTHS))


def test_a_server_that_says_nothing_is_not_waited_for_period_by_period(tmp_path: Path) -> None:
    with serving(say_nothing) as server:
        outcomes = monthly(tmp_path, server).pull()
        assert [(one.period, one.status, one.transient) for one in outcomes] == [(one, "failed", True) for one in SIX]
        # Three in a row, and the newest, which might have been another matter.
        assert [path_of(one) for one in server.requests] == [f"/{one}.csv" for one in (*SIX[:3], SIX[-1])]


def test_a_server_that_is_silent_about_old_months_is_asked_for_the_others(tmp_path: Path) -> None:
    said = [say_nothing] * 3 + [answer(b"id\n6\n"), say_nothing, answer(b"id\n5\n")]
    with serving(*said) as server:
        outcomes = monthly(tmp_path, server).pull()
        assert [one.status for one in outcomes] == ["failed"] * 4 + ["new"] * 2
        assert [path_of(one) for one in server.requests] == [f"/{one}.csv" for one in (*SIX[:3], SIX[5], *SIX[3:5])]


def test_an_answer_nobody_foresaw_fails_its_feed_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def surprised(*_: object) -> None:
        raise LookupError(TOKEN)

    monkeypatch.setattr("sga_pipeline.connectors.stores.http.HttpConnector.fetch", surprised)
    with serving(answer(b"id\n1\n")) as server:
        outcomes = monthly(tmp_path, server).pull()
    assert {one.status for one in outcomes} == {"failed"}
    message = outcomes[0].message or ""
    assert "LookupError in test_pull_faults.py line" in message and TOKEN not in message
