"""Servers that misbehave: nothing that is not the whole file, from where the contract says, is ever taken."""

from __future__ import annotations

import gzip
import random
import socket
import time
from pathlib import Path

import pytest

from sga_pipeline.connectors.connector import FileMissing, Known, Unreachable
from sga_pipeline.contracts.formats import CsvFormat, Format, GeoJsonFormat, ParquetFormat, WorkbookFormat
from sga_pipeline.errors import PullError, SgaError
from tests.faults.http_pulls import CSV, PAGE, ROWS, Get
from tests.servers import Server, answer, chunked, dripping, serving


@pytest.mark.parametrize("given", [answer(ROWS), chunked(ROWS), answer(ROWS, media_type=None)])
def test_a_whole_answer_is_kept_byte_for_byte(get: Get, given: bytes) -> None:
    with serving(given) as server:
        fetched = get(server)
    assert fetched is not None and fetched.path.read_bytes() == ROWS and fetched.file_name == "data.csv"
    assert "Accept-Encoding: identity" in server.requests[0]


@pytest.mark.parametrize("status", ["500 Broken", "502 Bad", "503 Busy", "429 Slow down", "408 Late"])
def test_a_passing_fault_is_tried_again(get: Get, status: str) -> None:
    bad = answer(b"sorry", status)
    with serving(bad, bad, answer(ROWS)) as server:
        fetched = get(server, retries=2)
    assert fetched is not None and fetched.path.read_bytes() == ROWS and len(server.requests) == 3
    first, second = get.naps  # type: ignore[attr-defined]
    assert 0 < first < second


def test_a_lasting_fault_ends_after_the_tries_allowed(get: Get) -> None:
    with serving(answer(b"", "503 Busy")) as server, pytest.raises(PullError) as raised:
        get(server, retries=2)
    assert raised.value.transient and "503" in str(raised.value) and len(server.requests) == 3


def test_a_server_may_say_how_long_to_wait_within_the_whole_time(get: Get) -> None:
    with serving(answer(b"", "429 Slow down", Retry_After="3"), answer(ROWS)) as server:
        get(server, retries=1)
    assert 3 <= get.naps[0] < 4  # type: ignore[attr-defined]
    with serving(answer(b"", "503 Busy", Retry_After="3600")) as server, pytest.raises(PullError, match="wait 3600 s"):
        get(server, retries=3)
    assert len(server.requests) == 1


@pytest.mark.parametrize("head", [0, 20, len(answer(ROWS)) - len(ROWS) + 5])
def test_a_dripping_answer_ends_with_the_whole_time(get: Get, head: int) -> None:
    """Each byte comes well within the read timeout; only the whole time can end this."""

    def drip(connection: socket.socket) -> None:
        connection.sendall(answer(ROWS)[:head])
        dripping(answer(ROWS)[head:])(connection)

    began = time.monotonic()
    with serving(drip) as server, pytest.raises(PullError, match=r"the whole pull took longer than 0\.5 s") as raised:
        get(server, total_timeout_s=0.5, retries=3)
    # To its end it would have taken 0.05 s a byte, over and over.
    assert raised.value.transient and time.monotonic() - began < 0.05 * len(ROWS) / 4


def test_silence_ends_with_the_read_timeout(get: Get) -> None:
    with serving(lambda connection: time.sleep(3)) as server, pytest.raises(PullError, match="took too long") as raised:
        get(server, read_timeout_s=0.2)
    assert raised.value.transient


def test_nobody_there_has_an_error_of_its_own(get: Get) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(Unreachable):
        get(Server([], port))


def _cuts(whole: bytes, first: int) -> list[int]:
    return sorted(random.Random(7).sample(range(first, len(whole)), 20))


def test_a_cut_answer_is_never_taken_for_the_whole(get: Get, tmp_path: Path) -> None:
    body = gzip.compress(ROWS)
    packed = answer(body, Content_Encoding="gzip")
    short_in_full = [answer(body[:cut], Content_Encoding="gzip") for cut in _cuts(body, 1)]
    cut_short = [whole[:cut] for whole in (answer(ROWS), packed) for cut in _cuts(whole, whole.index(b"\r\n\r\n") + 4)]
    in_chunks = chunked(ROWS)
    # The last five bytes are the mark of the end itself.
    cut_short += [in_chunks[:cut] for cut in _cuts(in_chunks[:-5], in_chunks.index(b"\r\n\r\n") + 4)]
    at_a_row = [answer(ROWS[: ROWS.index(b"\n", cut) + 1], length=len(ROWS)) for cut in _cuts(ROWS[:-20], 6)]
    for given in [*cut_short, *short_in_full, *at_a_row]:
        with serving(given) as server, pytest.raises(PullError) as raised:
            get(server)
        assert raised.value.transient, raised.value


def test_an_answer_without_a_length_is_not_trusted(get: Get) -> None:
    with serving(answer(ROWS, length=None)) as server, pytest.raises(PullError, match="not say how long") as raised:
        get(server, retries=3)
    assert not raised.value.transient and len(server.requests) == 1


def test_an_answer_packed_unasked_is_unpacked_or_refused(get: Get) -> None:
    with serving(answer(gzip.compress(ROWS), Content_Encoding="gzip")) as server:
        fetched = get(server)
    assert fetched is not None and fetched.path.read_bytes() == ROWS
    declared = CsvFormat(kind="csv", compression="gzip")
    with serving(answer(gzip.compress(ROWS), Content_Encoding="gzip")) as server:
        fetched = get(server, form=declared)
    assert fetched is not None and gzip.decompress(fetched.path.read_bytes()) == ROWS
    with serving(answer(ROWS, Content_Encoding="br")) as server, pytest.raises(PullError, match="unasked as br"):
        get(server)


def test_sizes_are_limited_declared_or_not_packed_or_not(get: Get) -> None:
    bomb = answer(gzip.compress(b"0" * 3_000_000), Content_Encoding="gzip")
    for given in (answer(b"1" * 20_001), chunked(b"1" * 20_001), bomb):
        with serving(given) as server, pytest.raises(PullError, match="larger than the 20000 bytes"):
            get(server, max_bytes=20_000)


JSON = b'{"type": "FeatureCollection", "features": []}'


@pytest.mark.parametrize(
    ("body", "media_type", "form", "said"),
    [
        (PAGE, "text/html; charset=utf-8", CSV, "a web page"),
        (PAGE, "text/csv", CSV, "a web page"),
        (b"\xef\xbb\xbf \r\n" + PAGE, "text/csv", CSV, "a web page"),
        (PAGE.decode().encode("utf-16"), None, CSV, "a web page"),
        (b"Session ended", "text/html", CSV, "a web page"),
        (b'{"error": "no such table"}', "application/json", CSV, "JSON"),
        (b'{"error": "no such table"}', "text/csv", CSV, "JSON"),
        (b"%PDF-1.7 ...", "application/octet-stream", CSV, "a PDF document"),
        (b"<?xml version='1.0'?><Error/>", "text/csv", CSV, "XML"),
        (b"PK\x03\x04....", "text/csv", CSV, "a workbook"),
        (ROWS, "text/csv", WorkbookFormat(kind="workbook", sheet="A"), "not a workbook"),
        (ROWS, None, ParquetFormat(kind="parquet"), "not Parquet"),
        (PAGE, "application/json", GeoJsonFormat(kind="geojson"), "a web page"),
        (ROWS, "text/csv", CsvFormat(kind="csv", compression="gzip"), "not gzip"),
        (b"", "text/csv", CSV, "empty"),
        (b" \r\n\r\n", "text/csv", CSV, "empty"),
    ],
)
def test_something_else_is_recognised(get: Get, body: bytes, media_type: str | None, form: Format, said: str) -> None:
    with serving(answer(body, media_type=media_type)) as server, pytest.raises(PullError, match=said) as raised:
        get(server, form=form)
    assert not raised.value.transient


def test_what_was_declared_is_not_taken_for_something_else(get: Get) -> None:
    with serving(answer(JSON, media_type="application/json")) as server:
        assert get(server, form=GeoJsonFormat(kind="geojson"))
    with serving(answer(b"[code],n\n1,2\n")) as server:
        assert get(server)


def test_answers_without_a_file(get: Get) -> None:
    for status, kind, said in [
        ("204 No Content", PullError, "no content"),
        ("404 Not Found", FileMissing, "no such file"),
        ("410 Gone", FileMissing, "no such file"),
        ("403 Forbidden", PullError, "refuses access"),
        ("206 Partial Content", PullError, "206"),
        ("304 Not Modified", PullError, "304"),
    ]:
        with serving(answer(b"", status)) as server, pytest.raises(kind, match=said) as raised:
            get(server, retries=2)
        assert not raised.value.transient and len(server.requests) == 1


def test_unchanged_is_asked_for_and_believed(get: Get) -> None:
    day = "Mon, 01 Jan 2024 00:00:00 GMT"
    with serving(answer(ROWS, ETag='"v1"', Last_Modified=day), answer(b"", "304 Not Modified", length=None)) as server:
        first = get(server)
        assert first is not None and (first.etag, first.last_modified) == ('"v1"', day)
        assert get(server, known=Known(first.etag, first.last_modified)) is None
    assert 'If-None-Match: "v1"' in server.requests[1] and f"If-Modified-Since: {day}" in server.requests[1]


def test_a_full_disk_is_not_blamed_on_the_connection(get: Get, tmp_path: Path) -> None:
    (tmp_path / "data.csv").symlink_to("/dev/full")
    with serving(answer(ROWS)) as server, pytest.raises(SgaError, match="the disk is full") as raised:
        get(server, retries=3)
    assert not isinstance(raised.value, PullError) and len(server.requests) == 1
