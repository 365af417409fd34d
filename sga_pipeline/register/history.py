"""The gaps of the releases in force, read back so that findings keep their first day and close when found no more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import polars as pl

from sga_pipeline.home import Home

GAPS = "current/downloads/gaps.parquet"


def gap_history(home: Home, city_ids: Iterable[str], columns: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """Rows of the gaps of each city's release in force; a release of an older form says what it can."""
    for city_id in city_ids:
        file = home.published(city_id) / GAPS
        if file.is_file():
            for row in pl.read_parquet(file).iter_rows(named=True):
                yield {column: row.get(column) for column in columns}
