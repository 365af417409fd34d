"""What is said of a delivery's rows, counted again once some of them no longer count."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from sga_pipeline.conform.outcome import Outcome
from sga_pipeline.conform.sql_text import literal, literals, name
from sga_pipeline.conform.unmapped_codes import share_unmapped
from sga_pipeline.conform.volumes import count_volumes
from sga_pipeline.contracts.assessment import FeedPlan


def count_again(
    con: duckdb.DuckDBPyConnection, plan: FeedPlan, before: Outcome, after: Outcome, files: Sequence[Path]
) -> None:
    """Fill the outcome with what the rows that stay in these files say."""
    after.volumes = count_volumes(con, files, plan.shape) if files else []
    unknown = {
        one: f"{name(one)} is null or cast({name(one)} as varchar) = '_U'" for one in (*before.filled, *before.unmapped)
    }
    counted = [*(f"count(*) filter (not ({unknown[one]}))" for one in before.filled)]
    counted += [*(f"count(*) filter ({unknown[one]})" for one in before.unmapped)]
    counted += [f"count(*) filter (area_id = {literal(plan.extent)})" if before.rows_without_area else "0"]
    source = f"read_parquet([{literals([str(file) for file in files])}], hive_partitioning = false)"
    found = con.execute(f"select {', '.join(counted)} from {source}").fetchone() if files else None
    numbers = [int(one) for one in found] if found else [0] * len(counted)
    after.filled = dict(zip(before.filled, numbers, strict=False))
    after.rows_without_area = numbers[-1]
    share_unmapped(before, after, dict(zip(before.unmapped, numbers[len(before.filled) : -1], strict=True)))
