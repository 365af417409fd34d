"""What connectors of portals share: an answer is looked into just far enough to know whether it is one, and how many rows it brings."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from sga_pipeline.connectors.connector import FileMissing
from sga_pipeline.connectors.http_client import Ask
from sga_pipeline.connectors.pages import Get, Paged
from sga_pipeline.connectors.redact import redact
from sga_pipeline.contracts.formats import Format
from sga_pipeline.contracts.sources.portals import PortalSource
from sga_pipeline.errors import PullError

# A page is read whole, and JSON takes many times its size in memory.
MAX_PAGE_BYTES = 64_000_000


class Portal(Paged):
    """A site that answers in JSON. `dataset` is its name on the site, as people may look for it."""

    max_page_bytes = MAX_PAGE_BYTES

    def __init__(
        self,
        source: PortalSource,
        form: Format,
        dataset: str | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        super().__init__(source, form, sleep)
        self.site = source.address.rstrip("/")
        if dataset:
            self.place, self.file_name = f"{self.place.rstrip('/')} {dataset}", f"{dataset}.json"

    def asked(
        self, get: Get, address: str, query: Mapping[str, str | int] | None = None, body: Any = None
    ) -> tuple[Path, Any]:
        """The file of an answer, and what it says."""
        sent = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        try:
            path = get(
                Ask(f"{address}?{urlencode(query, quote_via=quote)}" if query else address, "application/json", sent)
            )
        except FileMissing:
            # Of a portal's periods none has an address of its own: what is missing is the data set.
            raise self.error(
                "the site has no such data set", "It may have moved: find it and correct the feed."
            ) from None
        if path.stat().st_size > self.max_page_bytes:
            raise self.error("an answer is too large to be read at once", "Ask for less at once.")
        try:
            return path, json.loads(path.read_bytes())
        except (ValueError, RecursionError):
            raise self.error("an answer is no JSON, or it is damaged", "Try later.", transient=True) from None

    def complaint(self, said: object) -> PullError:
        """What the source says instead of giving rows, in its own words as far as they are safe to show."""
        return self.error(
            f"the source complains: {redact(said, self.web)}", "Correct what the feed asks for, or try later."
        )

    def changed(self, message: str) -> PullError:
        return self.error(f"{message}; the data set may have changed while it was read", "Try later.", transient=True)

    def error(self, message: str, next_step: str, *, transient: bool = False) -> PullError:
        return PullError(message, next_step, self.place, transient=transient)

    def count(self, value: object) -> int:
        """A number of rows, as a number or as text."""
        text = f"{value}"
        if isinstance(value, bool) or not (text.isascii() and text.isdecimal()):
            raise self.error(f"the source does not say how many rows there are, but {text[:40]}", "Check the address.")
        return int(text)


class Tally:
    """Holds what arrives, page after page, against the number of rows the source said there are."""

    def __init__(self, portal: Portal, total: int) -> None:
        self.portal, self.total = portal, total
        self.rows = 0
        self._last: list[Any] = []
        self._ids: set[Any] = set()

    @property
    def complete(self) -> bool:
        return self.rows == self.total

    def add(self, rows: Any, ids: list[Any] | None = None) -> None:
        """Count a page in, unless it cannot be the next one."""
        if not isinstance(rows, list):
            raise self.portal.complaint(rows)
        for row in rows:
            if not isinstance(row, dict):
                raise self.portal.complaint(row)
        if not rows and not self.complete:
            raise self.portal.changed(f"the source ended after {self.rows} of {self.total} rows")
        if rows and rows == self._last:
            raise self.portal.changed("the source gave the same page twice")
        for one in ids or []:
            if one in self._ids:
                raise self.portal.changed(f"the source gave the row {one} twice")
            self._ids.add(one)
        self.rows, self._last = self.rows + len(rows), rows
        if self.rows > self.total:
            raise self.portal.changed(f"the source gave {self.rows} rows, more than the {self.total} it announced")

    def again(self, total: int) -> None:
        """The number of rows, reported once more."""
        if total != self.total:
            raise self.portal.changed(f"the number of rows went from {self.total} to {total}")
