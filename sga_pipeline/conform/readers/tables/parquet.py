"""Parquet files as tables of text, so that the contract alone decides types for them too."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb
import polars as pl

from sga_pipeline.conform.readers.opened import Opened, Record
from sga_pipeline.conform.sql_text import literal
from sga_pipeline.errors import DeliveryError


def open_parquet(con: duckdb.DuckDBPyConnection, path: Path) -> Opened:
    """A Parquet file; every value in DuckDB's own text form (dates and times are ISO)."""
    source = f"read_parquet({literal(str(path))})"
    try:
        names = [row[0] for row in con.execute(f"describe select * from {source}").fetchall()]
    except duckdb.Error as error:
        raise DeliveryError(
            "this is not a Parquet file, or it is damaged", "Ask for it again.", str(error)[:120]
        ) from None
    cells = ", ".join(f"columns_{i}::varchar as c{i}" for i in range(len(names)))
    aliases = ", ".join(f"columns_{i}" for i in range(len(names)))
    relation = f"(select {cells} from (select * from {source}) as source_rows({aliases}))"

    def records_of(places: Sequence[int], _total: int) -> list[Record]:
        con.register("chosen_places", pl.DataFrame({"place": places}, schema={"place": pl.Int64}).to_arrow())
        rows = con.execute(
            f"with numbered as (select row_number() over () - 1 as place, * from {relation}) "
            "select * from numbered semi join chosen_places using (place) order by place"
        ).fetchall()
        return [Record(row[0] + 1, "\t".join(cell or "" for cell in row[1:])) for row in rows]

    return Opened(tuple(names), relation, records_of)
