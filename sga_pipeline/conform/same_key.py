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
from sga_pipeline.contracts.assessment import FeedPlan
from sga_pipeline.contracts.feed import FromRow
from sga_pipeline.contracts.place_checks import additive
from sga_pipeline.contracts.shape import Shape

CHUNK_ROWS = 500_000


def amount_column(shape: Shape) -> str | None:
    """The column in which rows that share a key may contradict each other; None for shapes whose rows are events."""
    if shape.kind not in {"counts", "levels"}:
        return None
    return next((one for one in AMOUNTS if shape.column(one)), None)


def amount_columns(shape: Shape) -> tuple[str, ...]:
    """Every column that must be the same in rows of one key: the amount, and what it is out of."""
    amount = amount_column(shape)
    return (amount, *(["out_of"] if shape.column("out_of") else [])) if amount else ()


def has_keys(plan: FeedPlan) -> bool:
    """Whether a row of one delivery can be that of another: rows that the program numbers never are."""
    key = plan.shape.key
    return bool(key) and not any(isinstance(plan.feed.columns.get(one), FromRow) for one in key)


def sums_records(plan: FeedPlan) -> bool:
    """Whether a conformed row may stand for several records: parts of a count, or areas that became one."""
    merged = plan.crosswalk is not None and bool(plan.crosswalk.merges or plan.crosswalk.splits)
    return plan.feed.adds_up or (merged and additive(plan.shape) is not None)


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
