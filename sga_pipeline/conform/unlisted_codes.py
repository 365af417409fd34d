"""Delivered codes that their classification does not have: as unknown as codes that no mapping translates, and counted like them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl
import pyarrow.parquet as pq

from sga_pipeline.conform.sinks import KeptFile
from sga_pipeline.contracts.assessment import FeedPlan
from sga_pipeline.contracts.classifications import UNKNOWN, Classification
from sga_pipeline.contracts.feed import FromColumns, Joined
from sga_pipeline.contracts.shape import Column, Shape

CHUNK_ROWS = 500_000


@dataclass(frozen=True)
class UnlistedCodes:
    """The columns of a feed whose codes come from a delivery, each with its classification."""

    columns: tuple[tuple[Column, Classification], ...]

    def settle(self, chunk: pl.DataFrame) -> pl.DataFrame:
        """Make codes that do not exist unknown, and keep them beside the column under `side`."""
        for column, classification in self.columns:
            codes = chunk.get_column(column.name).drop_nulls().unique().to_list()
            unlisted = [code for code in codes if code != UNKNOWN and not classification.has(code)]
            is_unlisted = pl.col(column.name).is_in(unlisted)
            chunk = chunk.with_columns(
                pl.when(is_unlisted).then(pl.col(column.name)).alias(side(column)),
                pl.when(is_unlisted).then(pl.lit(_stand_in(column))).otherwise(pl.col(column.name)).alias(column.name),
            )
        return chunk

    def settle_file(self, kept: KeptFile, shape: Shape, unmapped: Mapping[str, object]) -> None:
        """The same in a finished file, where it has such codes."""
        if not any(column.name in unmapped for column, _ in self.columns):
            return
        names = [column.name for column in shape.columns]
        with pq.ParquetFile(kept.path) as file, KeptFile(kept.path, shape) as settled:
            for batch in file.iter_batches(CHUNK_ROWS):
                frame = pl.from_arrow(batch)
                assert isinstance(frame, pl.DataFrame)
                settled.write(self.settle(frame).select(names))

    @property
    def sides(self) -> dict[str, str]:
        """The columns that keep what was delivered, by the column of the shape."""
        return {column.name: side(column) for column, _ in self.columns}


def side(column: Column) -> str:
    """The name of the column that keeps what was delivered."""
    return f"_unlisted_{column.name}"


def unlisted_codes(plan: FeedPlan) -> UnlistedCodes:
    """Which columns of a feed to look at. What a contract states itself was checked when it was read."""
    found = []
    for column in plan.shape.columns:
        classification = plan.codes.classification(column)
        if (
            classification is not None
            and isinstance(plan.feed.columns.get(column.name), FromColumns | Joined)
            and can_be_unknown(column)
        ):
            found.append((column, classification))
    return UnlistedCodes(tuple(found))


def can_be_unknown(column: Column) -> bool:
    """Whether a row may stay without its code. Where an empty cell of the key means the whole, it would count as the whole."""
    return _stand_in(column) == UNKNOWN or not (column.required or column.key_position)


def _stand_in(column: Column) -> str | None:
    return UNKNOWN if "_U" in (column.pattern or "") else None
