"""Moments counted in milliseconds since 1970, as map servers write them, in the form everyone reads."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sga_pipeline.conform.readers.in_memory import json_cell

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment_cell(value: Any) -> str | None:
    """1682942400000 as 2023-05-01T12:00:00.000; what is no such count stays as it is, and the contract decides."""
    if type(value) is not int:
        return json_cell(value)
    try:
        moment = _EPOCH + timedelta(milliseconds=value)
    except OverflowError:
        return json_cell(value)
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds")
