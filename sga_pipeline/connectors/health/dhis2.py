"""Connector `dhis2`: figures of a DHIS2 server and the units they belong to, kept as the pages of one delivery."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from sga_pipeline.connectors.addresses import shown
from sga_pipeline.connectors.connector import FileMissing
from sga_pipeline.connectors.http_client import Ask
from sga_pipeline.connectors.pages import Get, Paged
from sga_pipeline.connectors.redact import redact
from sga_pipeline.contracts.formats import Format
from sga_pipeline.contracts.sources.services import Dhis2Source
from sga_pipeline.errors import PullError

UNITS_A_PAGE = 1000
MAX_UNITS = 1_000_000
# An answer is read whole to see that it is one; a larger one is asked for in parts.
MAX_ANSWER_BYTES = 500_000_000
_FIELDS = "id,code,name,level,path,parent[id],ancestors[id,code,name]"
_JSON = "application/json"


class Dhis2Connector(Paged):
    """Asks for one period's figures by their identifiers, then for the units page by page."""

    def __init__(self, source: Dhis2Source, form: Format, sleep: Callable[[float], None] = time.sleep) -> None:
        super().__init__(source, form, sleep)
        self.source = source

    def pages(self, get: Get, period: str | None) -> Iterator[Path]:
        try:
            yield from self._pages(get, period)
        except FileMissing:
            # A server that has no figures says so in an answer: what is missing is the server, not a period.
            raise self._error(
                "the server has no such file (404), so this is no DHIS2 server",
                "Correct source.address or api_version.",
            ) from None

    def _pages(self, get: Get, period: str | None) -> Iterator[Path]:
        if self.source.resource != "units":
            page = get(self._ask(*self._figures(period)))
            self._check_figures(self._read(page))
            yield page
        if self.source.resource == "units" or self.source.with_units:
            for unit in self.source.org_units:
                yield from self._units(get, unit)

    def _figures(self, period: str | None) -> tuple[str, list[tuple[str, str]]]:
        if period is None:
            raise self._error("figures are asked for period by period", "Add source.periods.")
        # 2023-04 is 202304 over there, and 2023-Q1 is 2023Q1.
        asked, source = period.replace("-", ""), self.source
        if source.resource == "data_values":
            named = [("dataSet", one) for one in source.data] + [("orgUnit", one) for one in source.org_units]
            return "dataValueSets.json", [*named, ("period", asked), ("children", "true")]
        units = [*source.org_units, *(f"LEVEL-{level}" for level in source.org_unit_level)]
        dimensions = [f"dx:{';'.join(source.data)}", f"pe:{asked}", f"ou:{';'.join(units)}"] + ["co"] * source.co
        options = {"outputIdScheme": "UID", "displayProperty": "NAME", "hierarchyMeta": "true", "skipMeta": "false"}
        return "analytics.json", [*(("dimension", one) for one in dimensions), *options.items()]

    def _units(self, get: Get, unit: str) -> Iterator[Path]:
        """Every page of the units a figure may belong to below one unit; ends only when all that were promised are here."""
        filters, fields = self._which_units(unit), _FIELDS + (",geometry" if self.source.geometry else "")
        seen: set[str] = set()
        promised: tuple[int, int] | None = None
        number = 0
        while promised is None or number < promised[0]:
            number += 1
            paging = [("paging", "true"), ("pageSize", str(UNITS_A_PAGE)), ("page", str(number)), ("order", "id:asc")]
            page = get(self._ask("organisationUnits.json", [("fields", fields), *filters, *paging]))
            units, answered, *counts = self._page_of_units(self._read(page))
            promised = promised or (counts[0], counts[1])
            if answered != number or promised != (counts[0], counts[1]):
                raise self._error("the list of units changed while it was asked for", "Try later.", transient=True)
            if counts[1] > MAX_UNITS or counts[0] > counts[1] + 1:
                raise self._error("the list of units does not end", "Ask for fewer levels, or check the address.")
            new = {str(one.get("id")) for one in units if isinstance(one, dict)} - seen
            if len(new) != len(units) or not new:
                raise self._error(
                    "a page of units is empty, or repeats an earlier one"
                    if number > 1
                    else f"there are no such units below {unit}",
                    "Correct org_units and org_unit_level, or try later.",
                )
            seen |= new
            yield page
        if promised and len(seen) != promised[1]:
            raise self._error(f"{len(seen)} of {promised[1]} units came", "Try later.", transient=True)

    def _which_units(self, unit: str) -> list[tuple[str, str]]:
        source = self.source
        if source.org_unit_level:
            levels = ",".join(str(level) for level in source.org_unit_level)
            return [("filter", f"path:like:{unit}"), ("filter", f"level:in:[{levels}]")]
        only_itself = source.resource == "analytics"
        return [("filter", f"id:eq:{unit}" if only_itself else f"path:like:{unit}")]

    def _page_of_units(self, document: dict[str, Any]) -> tuple[list[Any], int, int, int]:
        units, pager = document.get("organisationUnits"), document.get("pager")
        if not isinstance(units, list) or not isinstance(pager, dict):
            raise self._error("the answer is no page of units", "Check the address and api_version.")
        counts = [pager.get(one) for one in ("page", "pageCount", "total")]
        if not all(isinstance(one, int) and not isinstance(one, bool) for one in counts):
            raise self._error("a page of units does not say how many there are", "Check the address and api_version.")
        return units, counts[0], counts[1], counts[2]  # type: ignore[return-value]

    def _check_figures(self, document: dict[str, Any]) -> None:
        """A data set without values is an empty object; analytics always has its headers."""
        expected = ("headers", "rows") if self.source.resource == "analytics" else ("dataValues",) if document else ()
        if not all(isinstance(document.get(one), list) for one in expected):
            raise self._error(f"the answer holds no {self.source.resource}", "Check the address and api_version.")

    def _read(self, page: Path) -> dict[str, Any]:
        if page.stat().st_size > MAX_ANSWER_BYTES:
            raise self._error("the answer is too large to be read at once", "Ask for fewer data or units.")
        try:
            document = json.loads(page.read_bytes())
        except (ValueError, RecursionError):
            raise self._error("the answer is no JSON, or was cut short", "Try later.", transient=True) from None
        if not isinstance(document, dict):
            raise self._error("the answer is no object", "Check the address.")
        if document.get("status") == "ERROR" or "httpStatusCode" in document:
            raise self._error(
                f"the server complains: {redact(document.get('message'), self.source)}", "Correct what source asks for."
            )
        return document

    def _ask(self, resource: str, parameters: list[tuple[str, str]]) -> Ask:
        version = f"{self.source.api_version}/" if self.source.api_version else ""
        query = urlencode(parameters, safe=":;,[]")
        address = f"{self.source.address.rstrip('/')}/api/{version}{resource}?{query}"
        return Ask(address, accept=_JSON, complaint=complaint)

    def _error(self, message: str, next_step: str, *, transient: bool = False) -> PullError:
        return PullError(message, next_step, shown(self.source.address), transient=transient)


def complaint(head: bytes) -> str | None:
    """What a refusal says of itself."""
    try:
        document = json.loads(head)
    except (ValueError, RecursionError):
        return None
    said = document.get("message") if isinstance(document, dict) else None
    return said if isinstance(said, str) else None
