"""Numbers that stand for something missing: -999 and its kin, in the columns a feed takes its numbers from."""

from __future__ import annotations

import duckdb

from sga_pipeline.conform.readers.opened import Opened
from sga_pipeline.contracts.assessment import FeedPlan
from sga_pipeline.contracts.feed import FromColumns

# What offices write where there is no number; a figure that happens to be one of these does not come often.
USUAL = {"-999", "-9999", "-99", "-9", "999999", "9999999"}
OFTEN = 3


def count_sentinels(con: duckdb.DuckDBPyConnection, plan: FeedPlan, opened: Opened) -> list[tuple[str, str, int]]:
    """Column, number and how often it is there. Tables of events are large and their numbers few; they are not read again."""
    if plan.shape.kind == "events":
        return []
    looked_for = sorted(USUAL | {_plain(one) for one in plan.feed.format.empty if _plain(one).lstrip("-").isdigit()})
    numbers = {column.name for column in plan.shape.columns if column.type in {"number", "integer"}}
    names = [
        one
        for target, how in sorted(plan.feed.columns.items())
        if target in numbers and isinstance(how, FromColumns)
        for one in how.names
        if one in opened.header
    ]
    cells = [
        f"{{'name': '{name.replace(chr(39), chr(39) * 2)}', 'cell': regexp_replace(trim(c{opened.header.index(name)}), '[.]0+$', '')}}"
        for name in dict.fromkeys(names)
    ]
    if not cells:
        return []
    # All columns in one reading.
    sql = f"""
        select given.name, given.cell, count(*) from (select unnest([{", ".join(cells)}]) as given from {opened.relation})
        where given.cell in (select unnest(?)) group by all having count(*) >= {OFTEN} order by all
    """
    return [(str(name), str(cell), int(count)) for name, cell, count in con.execute(sql, [looked_for]).fetchall()]


def _plain(text: str) -> str:
    return text.strip().removesuffix(".0")
