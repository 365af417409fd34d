"""The stores the tests of this folder read from: a PostgreSQL server, and a user of it who may read and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.stores.postgres import Postgres, needed_binaries, running

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
