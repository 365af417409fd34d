"""Brings area codes of another system to the city's own. What counts is added up where areas merged and shared out where one was split."""

from __future__ import annotations

import duckdb
import polars as pl

from sga_pipeline.conform.sinks import KeptFile
from sga_pipeline.conform.sql_text import literal, name
from sga_pipeline.conform.summing import summed
from sga_pipeline.contracts.assessment import FeedPlan
from sga_pipeline.contracts.crosswalks import Crosswalk
from sga_pipeline.contracts.place_checks import additive
from sga_pipeline.contracts.shape import Shape

CHUNK_ROWS = 500_000


def recode(chunk: pl.DataFrame, plan: FeedPlan, crosswalk: Crosswalk) -> pl.DataFrame:
    """Codes that lead to one area alone. Codes that lead nowhere, and those that `settle` deals with, are marked with the system's name."""
    codes = chunk["area_id"].drop_nulls().unique().to_list()
    sums = "area_id" in plan.shape.key
    own = {code: _single(code, crosswalk, sums) for code in codes}
    return chunk.with_columns(pl.col("area_id").replace_strict(own, default=None, return_dtype=pl.String))


def _single(code: str, crosswalk: Crosswalk, sums: bool) -> str:
    found = crosswalk.find(code)
    alone = len(found) == 1 and not (sums and crosswalk.sources.get(found[0][0], 0) > 1)
    # In its key form, so that spellings of one code are one and the same there, too.
    return found[0][0] if alone else f"{crosswalk.id}:{crosswalk.key(code)}"


def merge_areas(con: duckdb.DuckDBPyConnection, kept: KeptFile, plan: FeedPlan, crosswalk: Crosswalk) -> None:
    """Rewrite a finished file of counts, so that each area of the city has one row: its parts' sum. The whole stays the same."""
    amount = additive(plan.shape)
    if amount is None or not (crosswalk.merges or crosswalk.splits):
        return
    source = f"read_parquet({literal(str(kept.path))}, hive_partitioning = false)"
    mark = f"{crosswalk.id}:"
    marked = [
        code
        for (code,) in con.execute(
            f"select distinct area_id from {source} where starts_with(area_id, {literal(mark)}) order by all"
        ).fetchall()
    ]
    links = [
        (code, to_code, weight, crosswalk.key(code.removeprefix(mark)), crosswalk.sources.get(to_code, 1))
        for code in marked
        for to_code, weight in crosswalk.find(code.removeprefix(mark))
    ]
    if not links:
        return
    con.execute(
        "create or replace temp table links (area_id varchar, to_code varchar, weight double, part varchar, parts bigint)"
    )
    con.executemany("insert into links values (?, ?, ?, ?, ?)", links)
    with KeptFile(kept.path, plan.shape) as settled:
        for batch in con.execute(_sql(plan.shape, amount, source)).to_arrow_reader(CHUNK_ROWS):
            frame = pl.from_arrow(batch)
            assert isinstance(frame, pl.DataFrame)
            settled.write(frame)


def _sql(shape: Shape, amount: str, source: str) -> str:
    counted, keys = name(amount), [name(one) for one in shape.key]
    together = ", ".join(one for one in keys if one != "area_id")
    # A sum of residents needs all its parts; one of events does not, for a part without events has no row.
    lacks = (
        f"count(distinct part) over (partition by {together}, area_id) < parts" if shape.kind == "levels" else "false"
    )
    return f"""
        with shared as (
            select kept.* exclude (area_id), kept.area_id as from_id, coalesce(links.to_code, kept.area_id) as area_id,
                links.part, links.parts, kept.{counted} * coalesce(links.weight, 1.0) as share
            from (select *, row_number() over () as line from {source}) as kept
            left join links on kept.area_id = links.area_id
        ),
        -- Whole numbers stay whole: each part has its share rounded down, and what is left goes to the largest remainders.
        rounded as (
            select * replace (floor(share) + case
                when row_number() over (partition by line order by share - floor(share) desc, area_id)
                    <= {counted} - sum(floor(share)) over (partition by line) then 1 else 0 end as {counted})
            from shared
        ),
        -- Parts of which some are missing make no whole: they stay under their own codes, which no boundary knows.
        named as (
            select * exclude (area_id), case when lacks then from_id else area_id end as area_id
            from (select *, coalesce({lacks}, false) as lacks from rounded)
        )
        select {summed(shape, amount)} from named group by {", ".join(keys)} order by {", ".join(keys)}
    """
