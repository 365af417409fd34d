"""Connector `opendatasoft`: a data set of an Opendatasoft portal, of today's API or the first one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sga_pipeline.connectors.pages import Get
from sga_pipeline.connectors.period_text import from_and_before
from sga_pipeline.connectors.portals.portal import Portal, Tally
from sga_pipeline.contracts.formats import Format
from sga_pipeline.contracts.sources.portals import OpendatasoftSource

# The first API gives no row beyond this one.
V1_ROWS = 10_000


class OpendatasoftConnector(Portal):
    """Takes the export, which is whole, and compares it with the number of records the API reports. The export is one answer, so it may be as large as a reader takes."""

    max_page_bytes = 500_000_000

    def __init__(self, source: OpendatasoftSource, form: Format, sleep: Callable[[float], None] = time.sleep) -> None:
        super().__init__(source, form, source.dataset, sleep)
        self.source = source

    def pages(self, get: Get, period: str | None) -> Iterator[Path]:
        yield self._first_api(get) if self.source.api == "v1" else self._export(get, period)

    def _export(self, get: Get, period: str | None) -> Path:
        address = f"{self.site}/api/explore/v2.1/catalog/datasets/{self.source.dataset}"
        where: dict[str, str | int] = {}
        if period:
            first, before = from_and_before(period)
            column = self.source.date_column
            where["where"] = f"{column} >= date'{first}' and {column} < date'{before}'"
        _, said = self.asked(get, f"{address}/records", {"limit": 1} | where)
        tally = Tally(self, self.count(self._object(said).get("total_count")))
        order: dict[str, str | int] = {"order_by": self.source.order_by} if self.source.order_by else {}
        path, rows = self.asked(get, f"{address}/exports/json", {"timezone": "UTC"} | order | where)
        if not isinstance(rows, list):
            raise self.complaint(self._object(rows))
        self._whole(tally, rows)
        return path

    def _first_api(self, get: Get) -> Path:
        query: dict[str, str | int] = {"dataset": self.source.dataset, "rows": V1_ROWS, "start": 0, "timezone": "UTC"}
        path, said = self.asked(get, f"{self.site}/api/records/1.0/search/", query)
        found = self._object(said)
        total = self.count(found.get("nhits"))
        if total > V1_ROWS:
            next_step = "Ask the portal's newer API: source.api v2.1."
            raise self.error(f"the data set has {total} records, and this API gives {V1_ROWS}", next_step)
        self._whole(Tally(self, total), found.get("records"))
        return path

    def _whole(self, tally: Tally, rows: Any) -> None:
        tally.add(rows)
        if not tally.complete:
            raise self.changed(f"the source gave {tally.rows} of {tally.total} rows")

    def _object(self, said: Any) -> dict[str, Any]:
        if not isinstance(said, dict) or "error_code" in said or "error" in said or "errorcode" in said:
            raise self.complaint(said.get("message") or said.get("error") or said if isinstance(said, dict) else said)
        return said
