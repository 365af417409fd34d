"""Connector `opensdg`: data files of an Open SDG site or repository, one an indicator."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from sga_pipeline.connectors.addresses import file_name, shown
from sga_pipeline.connectors.connector import FileMissing
from sga_pipeline.connectors.http_client import Ask
from sga_pipeline.connectors.pages import Get, Paged, archived
from sga_pipeline.contracts.formats import Format
from sga_pipeline.contracts.sources.portals import OpensdgSource
from sga_pipeline.errors import PullError


class OpensdgConnector(Paged):
    """Asks for each indicator's file, and keeps them under their own names: those say which indicator a row is of."""

    def __init__(self, source: OpensdgSource, form: Format, sleep: Callable[[float], None] = time.sleep) -> None:
        super().__init__(source, form, sleep)
        self.source = source
        self.file_name = "indicators.pages"

    def pages(self, get: Get, period: str | None) -> Iterator[Path]:
        for indicator in self.source.indicators:
            address = self.source.address.replace("{indicator}", indicator)
            try:
                path = get(Ask(address))
            except FileMissing:
                raise PullError(
                    "the site has no such indicator", "Correct source.indicators.", shown(address)
                ) from None
            yield path.rename(path.with_name(file_name(address)))

    def keep(self, pages: list[Path], into: Path) -> Path:
        return archived(pages, into / self.file_name)
