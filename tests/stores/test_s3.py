"""Objects of a store that works (moto's): what comes, what is new, what is signed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from sga_pipeline.connectors.connector import FileMissing, Known, Unreachable
from tests.servers import answer, serving
from tests.stores.s3_pulls import KEY_ID, MD5, ROWS, SECRET, Get, refusal


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
