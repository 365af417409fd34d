"""What several tests of misbehaving sources begin with."""

from __future__ import annotations

from pathlib import Path

import pytest

from sga_pipeline.connectors.connector import Fetched, Known
from sga_pipeline.connectors.stores.http import HttpConnector
from sga_pipeline.contracts.formats import Format
from sga_pipeline.contracts.sources.files import HttpSource
from tests.faults.http_pulls import CSV, NOTHING_KNOWN, Get
from tests.fhir_pulls import TOKEN, Pulling
from tests.servers import Server


@pytest.fixture
def pull(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pulling:
    monkeypatch.setenv("FHIR_TOKEN", TOKEN)
    return Pulling(tmp_path)


@pytest.fixture
def get(tmp_path: Path) -> Get:
    def fetch(
        server: Server, path: str = "data.csv", form: Format = CSV, known: Known = NOTHING_KNOWN, **limits: object
    ) -> Fetched | None:
        address = server.address(path)
        limits = {"retries": 0, "total_timeout_s": 10.0, "read_timeout_s": 5.0} | limits
        source = HttpSource.model_validate({"connector": "http", "address": address} | limits)
        naps: list[float] = []
        fetched = HttpConnector(source, form, naps.append).fetch(None, tmp_path, known)
        fetch.naps = naps  # type: ignore[attr-defined]
        return fetched

    return fetch
