"""Connector `ckan`: a resource in a CKAN portal's datastore."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sga_pipeline.connectors.pages import Get
from sga_pipeline.connectors.period_text import in_words_of
from sga_pipeline.connectors.portals.portal import Portal, Tally
from sga_pipeline.contracts.formats import Format
from sga_pipeline.contracts.sources.portals import CkanSource


class CkanConnector(Portal):
    """Asks datastore_search for page after page in a stable order. Periods are asked for by equality, all it can filter by."""

    def __init__(self, source: CkanSource, form: Format, sleep: Callable[[float], None] = time.sleep) -> None:
        super().__init__(source, form, source.resource, sleep)
        self.source = source

    def pages(self, get: Get, period: str | None) -> Iterator[Path]:
        tally: Tally | None = None
        while tally is None or not tally.complete:
            path, said = self.asked(
                get, f"{self.site}/api/3/action/datastore_search", self._query(period, tally.rows if tally else 0)
            )
            result = self._result(said)
            total = self.count(result.get("total"))
            tally = tally or Tally(self, total)
            tally.again(total)
            rows = result.get("records")
            tally.add(rows, _ids(rows))
            yield path

    def _query(self, period: str | None, offset: int) -> dict[str, str | int]:
        source = self.source
        query: dict[str, str | int] = {
            "resource_id": source.resource,
            "limit": source.page_rows,
            "offset": offset,
            "sort": source.order_by,
        }
        if source.fields:
            query["fields"] = ",".join(source.fields)
        if period and source.period_column and source.period_text:
            query["filters"] = json.dumps({source.period_column: in_words_of(source.period_text, period)})
        return query

    def _result(self, said: Any) -> dict[str, Any]:
        if isinstance(said, dict) and said.get("success") is True and isinstance(said.get("result"), dict):
            return dict(said["result"])
        raise self.complaint(said.get("error", said) if isinstance(said, dict) else said)


def _ids(rows: Any) -> list[Any] | None:
    """CKAN numbers its rows; where that column is asked for, no number comes twice."""
    if not isinstance(rows, list) or not all(isinstance(row, dict) and isinstance(row.get("_id"), int) for row in rows):
        return None
    return [row["_id"] for row in rows]
