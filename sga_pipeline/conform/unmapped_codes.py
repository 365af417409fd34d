"""Codes that no mapping and no classification knows: in how many rows each of them is, in which years, and what a table counts under them."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from sga_pipeline.conform.outcome import Outcome
from sga_pipeline.conform.row_ledger import count_years
from sga_pipeline.conform.same_key import amount_column
from sga_pipeline.contracts.assessment import FeedPlan

# Of these a row may hold the whole or a part. Only rows alike in them may be added up.
_WHOLES = ("sex", "age_group", "weapon", "relation", "situation")


def note_unmapped(rows: pl.DataFrame, sides: Mapping[str, str], plan: FeedPlan, outcome: Outcome) -> None:
    """Count what is in the columns beside those of the shape (`sides`), where codes without a mapping are kept."""
    amount = amount_column(plan.shape) if plan.shape.kind == "counts" else None
    for column, side in sides.items():
        said = rows.filter(pl.col(side).is_not_null())
        if said.is_empty():
            continue
        outcome.count_unmapped(column, dict(said.get_column(side).value_counts().iter_rows()))
        outcome.count_unmapped_years(column, count_years(said, plan.shape))
        if amount:
            of = said.group_by(pl.col(side), _what_it_is_of(said, plan)).agg(pl.col(amount).cast(pl.Float64).sum())
            outcome.count_unmapped_amounts(column, list(of.drop_nulls().iter_rows()))


def share_unmapped(before: Outcome, after: Outcome, rows: Mapping[str, int]) -> None:
    """Of a delivery in which fewer rows stay: which codes they had is no longer known one by one, so each keeps its share."""
    after.unmapped, after.unmapped_years, after.unmapped_amounts = {}, {}, {}
    for column, codes in before.unmapped.items():
        if not rows[column]:
            continue
        share = rows[column] / max(sum(codes.values()), rows[column])
        after.unmapped[column] = {code: max(1, round(n * share)) for code, n in codes.items()}
        years, amounts = before.unmapped_years.get(column, {}), before.unmapped_amounts.get(column, {})
        after.count_unmapped_years(column, {year: round(n * share) for year, n in years.items()})
        after.count_unmapped_amounts(
            column, [(code, of, n * share) for code, by in amounts.items() for of, n in by.items()]
        )


def _what_it_is_of(rows: pl.DataFrame, plan: FeedPlan) -> pl.Expr:
    """Whether a row is of everyone, of the whole area, of a year: rows of one kind do not hold each other."""
    parts = [pl.col(one).fill_null("_T") == "_T" for one in _WHOLES if one in rows.columns]
    if "area_id" in rows.columns:
        parts.append(pl.col("area_id").fill_null(plan.extent) == plan.extent)
    if plan.shape.time_column:
        parts.append(pl.col(plan.shape.time_column).cast(pl.String).str.len_chars())
    return pl.concat_str([one.cast(pl.String) for one in parts] or [pl.lit("all")], separator="|").alias("_of")
