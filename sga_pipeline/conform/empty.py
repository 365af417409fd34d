"""A typed file without rows for each shape, so that no query ever meets an empty folder."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq

from sga_pipeline.conform.sinks import arrow_schema
from sga_pipeline.contracts.shape import Shape
from sga_pipeline.home import Home, write_bytes


def write_empty(shape: Shape, home: Home) -> None:
    """Write (or renew) the empty file of a shape."""
    target = home.conformed / shape.id / "city_id=_none" / "feed_id=_none" / "empty.parquet"
    sink = pa.BufferOutputStream()
    pq.write_table(arrow_schema(shape).empty_table(), sink)
    content = sink.getvalue().to_pybytes()
    if not target.is_file() or target.read_bytes() != content:
        target.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(target, content)
