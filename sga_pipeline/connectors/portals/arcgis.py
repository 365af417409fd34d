"""Connector `arcgis`: a layer or table of an ArcGIS server."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sga_pipeline.connectors.pages import Get
from sga_pipeline.connectors.period_text import from_and_before
from sga_pipeline.connectors.portals.portal import Portal, Tally
from sga_pipeline.contracts.formats import Format
from sga_pipeline.contracts.sources.portals import ArcgisSource


class ArcgisConnector(Portal):
    """Asks how many features there are, for page after page in the order of their object ids, and how many again. The count decides when all are here: servers' own marks of a last page are not to be relied on."""

    def __init__(self, source: ArcgisSource, form: Format, sleep: Callable[[float], None] = time.sleep) -> None:
        super().__init__(source, form, sleep=sleep)
        self.source = source
        self.file_name = "features.json"

    def pages(self, get: Get, period: str | None) -> Iterator[Path]:
        where = self._where(period)
        tally = Tally(self, self._how_many(get, where))
        pages = 0
        while pages == 0 or not tally.complete:
            path, said = self._asked(get, self._query(where, tally.rows))
            features = said.get("features")
            tally.add(features, self._ids(said, features))
            pages += 1
            yield path
        if pages > 1:
            tally.again(self._how_many(get, where))

    def _query(self, where: str, offset: int) -> dict[str, str | int]:
        source = self.source
        named = dict.fromkeys([source.object_id, *source.fields])
        return {
            "where": where,
            "outFields": ",".join(named) if source.fields else "*",
            "outSR": 4326,
            "returnGeometry": "true",
            "orderByFields": source.object_id,
            "resultOffset": offset,
            "resultRecordCount": source.page_rows,
            "f": source.answer,
        }

    def _where(self, period: str | None) -> str:
        if not period:
            return "1=1"
        first, before = from_and_before(period)
        column = self.source.date_column
        return f"{column} >= TIMESTAMP '{first} 00:00:00' AND {column} < TIMESTAMP '{before} 00:00:00'"

    def _how_many(self, get: Get, where: str) -> int:
        _, said = self._asked(get, {"where": where, "returnCountOnly": "true", "f": "json"})
        return self.count(said.get("count"))

    def _asked(self, get: Get, query: dict[str, str | int]) -> tuple[Path, dict[str, Any]]:
        path, said = self.asked(get, f"{self.site}/query", query)
        if not isinstance(said, dict) or "error" in said:
            raise self.complaint(said.get("error") if isinstance(said, dict) else said)
        return path, said

    def _ids(self, said: dict[str, Any], features: Any) -> list[Any]:
        """The object id of each feature; GeoJSON has it as the feature's own too."""
        found = []
        for feature in features if isinstance(features, list) else []:
            one = feature if isinstance(feature, dict) else {}
            cells = one.get("attributes") or one.get("properties") or {}
            number = cells.get(self.source.object_id, one.get("id")) if isinstance(cells, dict) else None
            if not isinstance(number, int | str):
                hint = said.get("objectIdFieldName")
                raise self.error(
                    f"a feature has no {self.source.object_id}",
                    f"Give the layer's object id{f', {hint},' if isinstance(hint, str) and hint.isidentifier() else ''} under source.object_id.",
                )
            found.append(number)
        return found
