"""How much one delivery holds, by series and period: what later deliveries of the same feed are compared with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from sga_pipeline.contracts.shape import Shape

# The column that says how much a row stands for; a shape without one counts rows.
AMOUNTS = ("count", "amount", "persons", "value")
# The column that names a row's series, and how much of it; a shape without one is a single series.
SERIES = {"iccs_code": "left(iccs_code, 2)", "topic": "topic", "indicator_id": "indicator_id"}
# Series, period, rows, amount.
Volume = tuple[str, str, int, float | None]


def count_volumes(con: duckdb.DuckDBPyConnection, files: Sequence[Path], shape: Shape) -> list[Volume]:
    """Rows and their sum for each series and period (a month, where rows have a day), in a fixed order."""
    columns = [column.name for column in shape.columns]
    if shape.dated_by:
        period = f"strftime({shape.dated_by}, '%Y-%m')"
    elif "period" in columns or "year" in columns:
        period = "period" if "period" in columns else "cast(year as varchar)"
    else:
        return []
    series = next((sql for name, sql in SERIES.items() if name in columns), "''")
    amount = next((f'sum(cast("{name}" as decimal(28, 6)))' for name in AMOUNTS if name in columns), "null")
    sql = f"""
        select coalesce({series}, '') as series, {period} as period, count(*) as rows, cast({amount} as double) as amount
        from read_parquet(?, hive_partitioning = false) where {period} is not null group by all order by all
    """
    return [
        (str(a), str(b), int(c), None if d is None else float(d))
        for a, b, c, d in con.execute(sql, [[str(file) for file in files]]).fetchall()
    ]
