"""The gaps of an earlier release, so that findings keep their first day and close when they are found no more."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

GAPS = Path("downloads", "gaps.parquet")


def gap_history(release: Path | None, columns: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """Rows of the gaps of the city's release; columns that an older release lacks are null."""
    if release and (release / GAPS).is_file():
        for row in pl.read_parquet(release / GAPS).iter_rows(named=True):
            yield {column: row.get(column) for column in columns}
