"""Rows of one key as one row: what was counted is added up, and of anything else one value stands for all."""

from __future__ import annotations

from sga_pipeline.conform.sql_text import name
from sga_pipeline.contracts.shape import Shape


def summed(shape: Shape, amount: str) -> str:
    """The columns of a shape as they are selected from rows grouped by its key."""
    return ", ".join(
        f"cast(sum({name(amount)}) as bigint) as {name(amount)}"
        if column.name == amount
        else name(column.name)
        if column.name in shape.key
        else f"min({name(column.name)}) as {name(column.name)}"
        for column in shape.columns
    )
