"""A typed file without rows for each shape of a city, so that no query ever meets an empty folder."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq

from sga_pipeline.conform.sinks import arrow_schema
from sga_pipeline.contracts.shape import Shape
from sga_pipeline.home import Home, write_bytes


def write_empty(shape: Shape, city_id: str, home: Home) -> None:
    """Write (or renew) the empty file of a shape."""
    target = home.conformed / shape.id / f"city_id={city_id}" / "feed_id=_none" / "empty.parquet"
    sink = pa.BufferOutputStream()
    # Not `empty_table()`, which imports pandas.
    pq.write_table(pa.Table.from_batches([], arrow_schema(shape)), sink)
    content = sink.getvalue().to_pybytes()
    if not target.is_file() or target.read_bytes() != content:
        target.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(target, content)
