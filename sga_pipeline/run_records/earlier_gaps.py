"""The gaps of an earlier release, so that findings keep their first day and close when they are found no more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import polars as pl

GAPS = Path("downloads", "gaps.parquet")


def gap_history(releases: Iterable[Path], columns: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """Rows of the gaps of each city's release; columns that an older release lacks are null."""
    for release in releases:
        if (release / GAPS).is_file():
            for row in pl.read_parquet(release / GAPS).iter_rows(named=True):
                yield {column: row.get(column) for column in columns}
