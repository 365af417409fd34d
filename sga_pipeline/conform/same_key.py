"""Rows that share a key: counts are added up where the contract says so; amounts that contradict each other are set aside."""

from __future__ import annotations

from collections.abc import Collection

import duckdb
import polars as pl
import pyarrow.parquet as pq

from sga_pipeline.conform.row_rules import POLARS_TYPES
from sga_pipeline.conform.sinks import KeptFile
from sga_pipeline.conform.sql_text import literal, name
from sga_pipeline.conform.summing import summed
from sga_pipeline.conform.volumes import AMOUNTS
from sga_pipeline.contracts.shape import Shape

CHUNK_ROWS = 500_000


def amount_column(shape: Shape) -> str | None:
    """The column in which rows that share a key may contradict each other; None for shapes whose rows are events."""
    if shape.kind not in {"counts", "levels"}:
        return None
    return next((one for one in AMOUNTS if shape.column(one)), None)


def add_up(con: duckdb.DuckDBPyConnection, kept: KeptFile, shape: Shape, amount: str) -> None:
    """Rewrite a finished file so that each key has one row: the sum of its rows."""
    keys = ", ".join(name(one) for one in shape.key)
    source = f"read_parquet({literal(str(kept.path))}, hive_partitioning = false)"
    sql = f"select {summed(shape, amount)} from {source} group by {keys} order by {keys}"
    with KeptFile(kept.path, shape) as written:
        for batch in con.execute(sql).to_arrow_reader(CHUNK_ROWS):
            frame = pl.from_arrow(batch)
            assert isinstance(frame, pl.DataFrame)
            written.write(frame)


def leave_out(kept: KeptFile, shape: Shape, keys: Collection[tuple[object, ...]]) -> pl.DataFrame:
    """Rewrite a finished file without the rows of these keys, and return those."""
    schema = {column.name: POLARS_TYPES[column.type] for column in shape.columns}
    wrong = pl.DataFrame(list(keys), schema={one: schema[one] for one in shape.key}, orient="row")
    out = []
    with pq.ParquetFile(kept.path) as file, KeptFile(kept.path, shape) as left:
        for batch in file.iter_batches(CHUNK_ROWS):
            frame = pl.from_arrow(batch)
            assert isinstance(frame, pl.DataFrame)
            left.write(frame.join(wrong, on=shape.key, how="anti", nulls_equal=True, maintain_order="left"))
            out.append(frame.join(wrong, on=shape.key, how="semi", nulls_equal=True, maintain_order="left"))
    return pl.concat(out)
