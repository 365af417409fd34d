"""Writes rows of a table as a typed Parquet file, a part at a time: the same rows are the same bytes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC
from pathlib import Path
from types import TracebackType
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sga_pipeline.home import home_error

# A group of rows is closed at so many rows or bytes, whichever comes first; both follow from the rows alone.
_GROUP_ROWS = 100_000
_GROUP_BYTES = 32_000_000


class TableFile:
    """A Parquet file that grows group by group. `bytes` counts the values as they lie in memory."""

    def __init__(self, target: Path, columns: Iterable[tuple[str, pa.DataType]]) -> None:
        self.target, self.schema, self.bytes = target, pa.schema([pa.field(*one) for one in columns]), 0
        self._held: list[pa.Table] = []
        self._rows = self._held_bytes = 0

    def __enter__(self) -> TableFile:
        try:
            self._writer = pq.ParquetWriter(
                self.target, self.schema, compression="zstd", store_schema=False, version="2.6"
            )
        except OSError as error:
            raise home_error(error, self.target) from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._flush()
        try:
            self._writer.close()
        except OSError as failed:
            raise home_error(failed, self.target) from None

    def add(self, rows: list[tuple[Any, ...]]) -> None:
        """Add rows, each at least as wide as the table. Raises pyarrow's errors where a value is not of its column's type."""
        arrays = [pa.array(_values(rows, place, one.type), type=one.type) for place, one in enumerate(self.schema)]
        part = pa.Table.from_arrays(arrays, schema=self.schema)
        self._held.append(part)
        self._rows, self._held_bytes = self._rows + len(rows), self._held_bytes + part.nbytes
        self.bytes += part.nbytes
        if self._rows >= _GROUP_ROWS or self._held_bytes >= _GROUP_BYTES:
            self._flush()

    def _flush(self) -> None:
        if not self._held:
            return
        try:
            # One chunk a column, so that pages do not depend on how the rows came in.
            self._writer.write_table(pa.concat_tables(self._held).combine_chunks())
        except OSError as error:
            raise home_error(error, self.target) from None
        self._held, self._rows, self._held_bytes = [], 0, 0


def _values(rows: list[tuple[Any, ...]], place: int, kind: pa.DataType) -> list[Any]:
    values = [row[place] for row in rows]
    if pa.types.is_timestamp(kind) and kind.tz:
        # A variable that other libraries set makes pyarrow overlook the zone of a moment: in UTC there is none to overlook.
        return [one if one is None else one.astimezone(UTC) for one in values]
    return values
