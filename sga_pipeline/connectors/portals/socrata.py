"""Connector `socrata`: a data set of a Socrata portal."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sga_pipeline.connectors.pages import Get
from sga_pipeline.connectors.period_text import from_and_before
from sga_pipeline.connectors.portals.portal import Portal, Tally
from sga_pipeline.contracts.formats import Format
from sga_pipeline.contracts.sources.portals import SocrataSource


class SocrataConnector(Portal):
    """Asks how many rows there are, for page after page in the order of the portal's own row numbers, and how many again."""

    def __init__(self, source: SocrataSource, form: Format, sleep: Callable[[float], None] = time.sleep) -> None:
        super().__init__(source, form, source.dataset, sleep)
        self.source = source

    def pages(self, get: Get, period: str | None) -> Iterator[Path]:
        where = self._where(period)
        tally = Tally(self, self._how_many(get, where))
        pages = 0
        while pages == 0 or not tally.complete:
            query: dict[str, str | int] = {
                **where,
                "$limit": self.source.page_rows,
                "$offset": tally.rows,
                "$order": ":id",
            }
            if self.source.fields:
                query["$select"] = ",".join(self.source.fields)
            path, said = self._asked(get, query)
            tally.add(said)
            pages += 1
            yield path
        if pages > 1:
            tally.again(self._how_many(get, where))

    def _where(self, period: str | None) -> dict[str, str | int]:
        if not period:
            return {}
        first, before = from_and_before(period)
        column = self.source.date_column
        return {"$where": f"{column} >= '{first}T00:00:00' and {column} < '{before}T00:00:00'"}

    def _how_many(self, get: Get, where: dict[str, str | int]) -> int:
        _, said = self._asked(get, {"$select": "count(*) as n", **where})
        return self.count(said[0].get("n") if len(said) == 1 and isinstance(said[0], dict) else None)

    def _asked(self, get: Get, query: dict[str, str | int]) -> tuple[Path, list[Any]]:
        path, said = self.asked(get, f"{self.site}/resource/{self.source.dataset}.json", query)
        if not isinstance(said, list):
            raise self.complaint(said.get("message", said) if isinstance(said, dict) else said)
        return path, said
