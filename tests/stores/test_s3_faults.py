"""A store that misbehaves as scripted, and what no contract may say of one."""

from __future__ import annotations

import os
import re
from typing import Any

import pytest
from pydantic import ValidationError

from sga_pipeline.connectors.connector import FileMissing
from sga_pipeline.contracts.formats import ParquetFormat
from sga_pipeline.contracts.sources.files import S3Source
from tests.servers import answer, chunked, dripping, redirect, serving
from tests.stores.s3_pulls import KEY_ID, MD5, ROWS, Get, refusal


def complaint(status: str, code: str, **headers: str) -> bytes:
    body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>key {KEY_ID}</Message></Error>".encode()
    return answer(body, status, media_type="application/xml", **headers)


@pytest.mark.parametrize(
    ("given", "said", "transient"),
    [
        (complaint("403 No", "AccessDenied"), "refuses access", False),
        (complaint("403 No", "SignatureDoesNotMatch"), "refuses the key's secret", False),
        (complaint("403 No", "InvalidAccessKeyId"), "does not know the key", False),
        (complaint("400 No", "ExpiredToken"), "has run out", False),
        (complaint("404 No", "NoSuchKey"), "no such object", False),
        (answer(b"", "404 No"), "no such object", False),
        (answer(b"<html>sorry", "403 No", media_type="text/html"), "refuses access", False),
        (complaint("503 Slow", "SlowDown"), r"busy or broken \(503\)", True),
        (answer(b"not XML", "500 Oh"), r"busy or broken \(500\)", True),
        (complaint("429 Many", "TooManyRequests"), r"busy or broken \(429\)", True),
        (complaint("301 Moved", "PermanentRedirect"), "elsewhere", False),
        (complaint("400 No", "AuthorizationHeaderMalformed"), "elsewhere|another region", False),
        (redirect("http://127.0.0.1:1/else"), "elsewhere", False),
        (complaint("418 No", "<b>Odd</b>"), "cannot be understood", False),
        (complaint("418 No", "Odd/../code"), "answered 418 Oddcode", False),
        (answer(ROWS, length=len(ROWS) + 10, ETag=f'"{MD5}"'), "cut short|connection failed", True),
        (answer(ROWS, ETag='"0123456789abcdef0123456789abcdef"'), "not those its ETag names", True),
        (answer(ROWS, length=None), "does not say how long", False),
        (answer(b"<!doctype html><html>log in", media_type="text/html"), "a web page, not csv", False),
        (answer(b""), "the answer is empty", False),
        (answer(b"", "204 None"), "answer is empty|204|does not say", False),
        (answer(ROWS, Content_Encoding="br"), "packed the answer unasked", False),
        (b"", "connection failed", True),
        (b"nonsense\r\n\r\n", "connection failed|busy|answered|does not say", True),
    ],
)
def test_a_store_that_misbehaves(get: Get, given: bytes, said: str, transient: bool) -> None:
    with serving(given) as server:
        error = refusal(lambda: get(server.address("").rstrip("/")))
    assert re.search(said, str(error)), str(error)
    assert error.transient == transient, str(error)
    assert isinstance(error, FileMissing) == ("no such object" in said)


def test_a_passing_fault_is_tried_again(get: Get) -> None:
    slow, cut = complaint("503 Slow", "SlowDown"), answer(ROWS, length=len(ROWS) + 10)
    with serving(slow, cut, answer(ROWS, ETag=f'"{MD5}"')) as server:
        got = get(server.address("").rstrip("/"), retries=2)
    assert got is not None and got.path.read_bytes() == ROWS and len(server.requests) == 3
    first, second = get.naps  # type: ignore[attr-defined]
    assert 0 < first < second


def test_a_store_that_asks_to_wait_is_left_alone_so_long(get: Get) -> None:
    with serving(complaint("503 Slow", "SlowDown", Retry_After="7"), answer(ROWS, ETag=f'"{MD5}"')) as server:
        assert get(server.address("").rstrip("/"), retries=1) is not None
    (waited,) = get.naps  # type: ignore[attr-defined]
    assert 7 <= waited <= 10
    with serving(complaint("503 Slow", "SlowDown", Retry_After="3600"), answer(ROWS)) as server:
        assert "asks to wait 3600 s" in str(refusal(lambda: get(server.address("").rstrip("/"), retries=1)))


def test_limits_of_size_and_time(get: Get) -> None:
    with serving(answer(ROWS)) as server:
        assert "larger than the 100 bytes" in str(refusal(lambda: get(server.address("").rstrip("/"), max_bytes=100)))
    with serving(chunked(ROWS)) as server:
        assert "larger than the 100 bytes" in str(refusal(lambda: get(server.address("").rstrip("/"), max_bytes=100)))
    for dripped in (dripping(answer(ROWS)), dripping(complaint("403 No", "AccessDenied"))):
        with serving(dripped) as server:
            error = refusal(lambda server=server: get(server.address("").rstrip("/"), total_timeout_s=1.0))  # type: ignore[misc]
        assert "longer than 1 s" in str(error)
    endless = answer(b"x" * 11_000_000, "403 No")
    with serving(endless) as server:
        assert "no end" in str(refusal(lambda: get(server.address("").rstrip("/"))))


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, (b"&%c;" % (97 + n)) * 10) for n in range(9))
    + b"]><ListBucketResult><Name>&j;</Name></ListBucketResult>"
)
SNEAK = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/hostname">]><ListBucketResult><Contents><Key>&a;</Key></Contents></ListBucketResult>'


@pytest.mark.parametrize("listing", [BOMB, SNEAK, b"not XML", b"<ListBucketResult>"])
def test_a_listing_that_is_a_trick(get: Get, listing: bytes) -> None:
    with serving(answer(listing, media_type="application/xml")) as server:
        error = refusal(lambda: get(server.address("").rstrip("/"), "s3://city/a*.csv"))
    assert os.uname().nodename not in str(error)


def test_a_listing_without_end(get: Get) -> None:
    more = b"<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>%d</NextContinuationToken></ListBucketResult>"
    asked = 0

    def respond(_target: str, _body: bytes) -> bytes:
        nonlocal asked
        asked += 1
        return answer(more % asked, media_type="application/xml")

    with serving(responder=respond) as server:
        error = refusal(lambda: get(server.address("").rstrip("/"), "s3://city/a*.csv", total_timeout_s=2.0))
    assert "longer than 2 s" in str(error) or "no end" in str(error)


def test_the_format_is_looked_at(get: Get) -> None:
    with serving(answer(ROWS)) as server:
        error = refusal(lambda: get(server.address("").rstrip("/"), form=ParquetFormat(kind="parquet")))
    assert "not parquet" in str(error)


@pytest.mark.parametrize(
    "change",
    [
        {"address": "https://city/x"},
        {"address": "s3://city"},
        {"address": "s3://city/*/x.csv"},
        {"address": "s3://city/a*b*.csv"},
        {"address": "s3://key:secret@city/x"},
        {"key_id_env": "A"},
        {"secret_env": "A"},
        {"session_token_env": "A"},
        {"endpoint": "store.example"},
        {"region": "EU WEST"},
        {"key_id_env": "lower", "secret_env": "A"},
    ],
)
def test_what_no_contract_may_say(change: dict[str, Any]) -> None:
    plain = {"connector": "s3", "address": "s3://city/x.csv"}
    S3Source.model_validate(plain)
    with pytest.raises(ValidationError):
        S3Source.model_validate(plain | change)
