"""Pandera for Polars, imported when rows are checked: a run with nothing new checks none. It can do without pandas, half of its import (ADR 16)."""

from __future__ import annotations

from functools import cache
from typing import Any

from sga_pipeline.lean_imports import imported_for_good, without


@cache
def load_pandera() -> Any:
    """The module `pandera.polars`."""
    with imported_for_good(), without("pandas"):
        import pandera.polars

    return pandera.polars
