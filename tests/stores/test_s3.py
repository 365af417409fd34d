"""Objects of a store: from a store that works (moto's), and from one that misbehaves as scripted."""

from __future__ import annotations

import hashlib
import os
import re
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer
from pydantic import ValidationError

from sga_pipeline.connectors.connector import Fetched, FileMissing, Known, Unreachable
from sga_pipeline.connectors.stores.s3 import S3Connector
from sga_pipeline.contracts.formats import CsvFormat, Format, ParquetFormat
from sga_pipeline.contracts.sources.files import S3Source
from sga_pipeline.errors import PullError
from tests.servers import answer, chunked, dripping, redirect, serving

CSV = CsvFormat(kind="csv")
ROWS = b"id,n\n" + b"".join(b"%d,%d\n" % (one, one * 7) for one in range(300))
MD5 = hashlib.md5(ROWS).hexdigest()
KEY_ID, SECRET = "AKIAFIGURES48151623", "s3cret/key+48151623"
NOTHING_KNOWN = Known()
Get = Callable[..., Fetched | None]


@pytest.fixture(scope="module")
def store() -> Iterator[tuple[str, Any]]:
    """The address of a store, and its keeper."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    keeper = boto3.client(
        "s3", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="k", aws_secret_access_key="s"
    )
    keeper.create_bucket(Bucket="city")
    yield endpoint, keeper
    server.stop()


@pytest.fixture
def get(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Get:
    monkeypatch.setenv("STORE_KEY_ID", KEY_ID)
    monkeypatch.setenv("STORE_SECRET", SECRET)
    # What whoever runs this has set for other purposes is not used.
    for name, value in {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
        "AWS_ACCESS_KEY_ID": "other",
        "AWS_SECRET_ACCESS_KEY": "other",
        "HTTP_PROXY": "http://127.0.0.1:1",
        "HTTPS_PROXY": "http://127.0.0.1:1",
        "AWS_REGION": "eu-west-9",
        "AWS_PROFILE": "no_such",
    }.items():
        monkeypatch.setenv(name, value)

    def fetch(
        endpoint: str,
        address: str = "s3://city/data.csv",
        period: str | None = None,
        form: Format = CSV,
        known: Known = NOTHING_KNOWN,
        anybody: bool = False,
        **more: Any,
    ) -> Fetched | None:
        keys = {} if anybody else {"key_id_env": "STORE_KEY_ID", "secret_env": "STORE_SECRET"}
        plain = {"connector": "s3", "address": address, "endpoint": endpoint, "retries": 0, "total_timeout_s": 20.0}
        asked = S3Source.model_validate(plain | keys | {"read_timeout_s": 5.0} | more)
        naps: list[float] = []
        fetch.naps = naps  # type: ignore[attr-defined]
        return S3Connector(asked, form, naps.append).fetch(period, tmp_path, known)

    return fetch


def refusal(act: Callable[[], object]) -> PullError:
    with pytest.raises(PullError) as caught:
        act()
    shown = "".join(traceback.format_exception(caught.value))
    assert KEY_ID not in shown and SECRET not in shown and "Signature" not in str(caught.value)
    return caught.value


def test_an_object_comes_byte_for_byte_and_again_only_when_it_changed(store: tuple[str, Any], get: Get) -> None:
    endpoint, keeper = store
    keeper.put_object(Bucket="city", Key="residents/2023 ñ+~&=.csv", Body=ROWS)
    address = "s3://city/residents/{period} ñ+~&=.csv"
    asked = {"period": "2023", "periods": {"freq": "A", "first": "2020"}}
    first = get(endpoint, address, **asked)
    assert first is not None and first.path.read_bytes() == ROWS and first.etag == f'"{MD5}"'
    assert first.address == "s3://city/residents/2023 ñ+~&=.csv"
    known = Known(first.etag, first.last_modified)
    assert get(endpoint, address, known=known, **asked) is None
    keeper.put_object(Bucket="city", Key="residents/2023 ñ+~&=.csv", Body=ROWS + b"300,0\n")
    second = get(endpoint, address, known=known, **asked)
    assert second is not None and second.path.read_bytes() == ROWS + b"300,0\n"


def test_an_object_put_in_parts(store: tuple[str, Any], get: Get) -> None:
    """Its ETag is no MD5 sum, and is not taken for one."""
    endpoint, keeper = store
    part, body = b"id,n\n" + b"1,2\n" * 1_500_000, b"3,4\n"
    upload = keeper.create_multipart_upload(Bucket="city", Key="parts.csv")["UploadId"]
    tags = [
        {
            "PartNumber": n,
            "ETag": keeper.upload_part(Bucket="city", Key="parts.csv", UploadId=upload, PartNumber=n, Body=one)["ETag"],
        }
        for n, one in ((1, part), (2, body))
    ]
    keeper.complete_multipart_upload(Bucket="city", Key="parts.csv", UploadId=upload, MultipartUpload={"Parts": tags})
    got = get(endpoint, "s3://city/parts.csv")
    assert got is not None and got.path.read_bytes() == part + body and "-2" in str(got.etag)


def test_the_newest_by_name(store: tuple[str, Any], get: Get) -> None:
    endpoint, keeper = store
    # More than one page of a listing, and what lies deeper or elsewhere does not count.
    for month in ("2022-12", "2023-01", "2023-02"):
        keeper.put_object(Bucket="city", Key=f"police/incidents_{month}.csv", Body=b"id\n" + month.encode())
    for other in ("police/incidents_2023-03.txt", "police/incidents_9999-01.csv/deep.csv", "police/other.csv"):
        keeper.put_object(Bucket="city", Key=other, Body=b"id\nno")
    got = get(endpoint, "s3://city/police/incidents_*.csv")
    assert got is not None and got.path.read_bytes() == b"id\n2023-02"
    assert got.address == "s3://city/police/incidents_2023-02.csv"
    keeper.put_object(Bucket="city", Key="police/incidents_2023-02 copy.csv", Body=b"id\nno")
    error = refusal(lambda: get(endpoint, "s3://city/police/incidents_*.csv"))
    assert "does not show in their names" in str(error) and "incidents_2023-02 copy.csv" in str(error)
    assert isinstance(refusal(lambda: get(endpoint, "s3://city/police/nothing_*.csv")), FileMissing)


def test_a_listing_of_many_pages(store: tuple[str, Any], get: Get, monkeypatch: pytest.MonkeyPatch) -> None:
    endpoint, keeper = store
    monkeypatch.setenv("MOTO_S3_DEFAULT_MAX_KEYS", "3")
    assert len(keeper.list_objects_v2(Bucket="city").get("Contents", [])) <= 3
    for n in range(10):
        keeper.put_object(Bucket="city", Key=f"many/n{n:05}.csv", Body=b"id\n%d" % n)
    got = get(endpoint, "s3://city/many/n*.csv")
    assert got is not None and got.path.read_bytes() == b"id\n9"


def test_what_is_not_there(store: tuple[str, Any], get: Get, monkeypatch: pytest.MonkeyPatch) -> None:
    endpoint, _ = store
    # The store runs in this very process, and breaks over a profile that is none when it has to say no.
    monkeypatch.delenv("AWS_PROFILE")
    assert isinstance(refusal(lambda: get(endpoint, "s3://city/nothing.csv")), FileMissing)
    error = refusal(lambda: get(endpoint, "s3://no-such-bucket/data.csv"))
    assert "no such bucket" in str(error) and not isinstance(error, FileMissing)
    assert isinstance(refusal(lambda: get("http://127.0.0.1:1")), Unreachable)


def test_asked_as_anybody_nothing_is_signed(get: Get) -> None:
    with serving(answer(ROWS, ETag=f'"{MD5}"')) as server:
        got = get(server.address("").rstrip("/"), anybody=True)
    assert got is not None and "authorization" not in server.requests[0].lower() and "other" not in server.requests[0]


def test_keys_sign_and_the_secret_never_travels(get: Get) -> None:
    with serving(answer(ROWS, ETag=f'"{MD5}"')) as server:
        got = get(server.address("").rstrip("/"))
    assert got is not None and f"Credential={KEY_ID}" in server.requests[0] and SECRET not in server.requests[0]


def test_no_key_goes_over_an_open_line(get: Get) -> None:
    error = refusal(lambda: get("http://store.example"))
    assert "unencrypted" in str(error)


def test_a_variable_not_set(get: Get, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STORE_SECRET")
    assert "STORE_SECRET" in str(refusal(lambda: get("http://127.0.0.1:1")))


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
