"""What tests of HTTP sources fetch, and how."""

from __future__ import annotations

from collections.abc import Callable

from sga_pipeline.connectors.connector import Fetched, Known
from sga_pipeline.contracts.formats import CsvFormat

CSV = CsvFormat(kind="csv")
ROWS = b"id,n\n" + b"".join(b"%d,%d\n" % (one, one * 7) for one in range(300))
PAGE = b"<!DOCTYPE html><html><body>Please log in</body></html>"
TOKEN = "s3cret-token"
NOTHING_KNOWN = Known()
Get = Callable[..., Fetched | None]
