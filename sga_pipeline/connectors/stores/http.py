"""Connector `http`: one file behind an address."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from sga_pipeline.connectors.addresses import file_name
from sga_pipeline.connectors.connector import Fetched, Known, with_period
from sga_pipeline.connectors.http_client import Ask, HttpClient
from sga_pipeline.contracts.formats import Format
from sga_pipeline.contracts.sources.files import HttpSource


class HttpConnector:
    """Asks for one file within the contract's limits."""

    def __init__(self, source: HttpSource, form: Format, sleep: Callable[[float], None] = time.sleep) -> None:
        self.source, self.form, self.sleep = source, form, sleep

    def fetch(self, period: str | None, into: Path, known: Known) -> Fetched | None:
        address = with_period(self.source.address, period)
        with HttpClient(self.source, self.form, self.sleep) as client:
            return client.get(Ask(address), into / file_name(address), known)
