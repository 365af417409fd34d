"""The stores the tests of this folder read from: a PostgreSQL server with a user who may only read, and objects fetched from a store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sga_pipeline.connectors.connector import Fetched, Known
from sga_pipeline.connectors.stores.s3 import S3Connector
from sga_pipeline.contracts.formats import Format
from sga_pipeline.contracts.sources.files import S3Source
from tests.stores.postgres import Postgres, needed_binaries, running
from tests.stores.s3_pulls import CSV, KEY_ID, NOTHING_KNOWN, SECRET, Get

READER, READER_PASSWORD = "clerk_of_figures", "pass'word \\ 48151623"


@pytest.fixture(scope="session")
def server() -> Iterator[Postgres]:
    with running(needed_binaries()) as server:
        yield server


@pytest.fixture(scope="session")
def postgres(server: Postgres) -> Postgres:
    """The server with a user who may only read."""
    server.sql(
        f"create role {READER} login password 'pass''word \\ 48151623'",
        "create schema police",
        f"grant usage on schema police to {READER}",
        f"alter default privileges in schema police grant select on tables to {READER}",
        "create table police.incidents (id int primary key, offence text, occurred_on date, at timestamptz)",
        "insert into police.incidents select n, 'offence ' || n, date '2023-01-01' + n % 365, timestamptz '2023-01-01 00:00+00' + n * interval '1 hour' from generate_series(1, 5000) n",
    )
    return server


@pytest.fixture(autouse=True)
def _login(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("READER_USER", READER)
    monkeypatch.setenv("READER_PASSWORD", READER_PASSWORD)


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
