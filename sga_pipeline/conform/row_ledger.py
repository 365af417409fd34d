"""What became of the rows that a delivery brings and that are not kept, by the period, area and code each of them names."""

from __future__ import annotations

from typing import Literal

import polars as pl

from sga_pipeline.conform.row_fates import Entry, in_order
from sga_pipeline.conform.row_rules import POLARS_TYPES
from sga_pipeline.conform.same_key import amount_column
from sga_pipeline.conform.unlisted_codes import unlisted_codes
from sga_pipeline.contracts.assessment import FeedPlan
from sga_pipeline.contracts.shape import Shape

Fate = Literal["out_of_scope", "outside_period", "quarantined", "conflicting", "duplicate", "superseded"]
# Columns of shapes whose value a row leaves in the ledger: where, what, and whom it is about.
PERIOD, AREA = "period", "area_id"
CODES = ("iccs_code", "icd10", "indicator_id")
NAMED = (AREA, "topic", "unit_counted", "sex")
_AMOUNT = "_amount"
# What a row of no scope says of area and code is about something else.
_OF_PERIOD_ALONE = frozenset({"out_of_scope", "outside_period"})
_PERIOD = r"^[0-9]{4}(-Q[1-4]|-(0[1-9]|1[0-2]))?$"


class RowLedger:
    """Adds up rows by what became of them."""

    def __init__(self, plan: FeedPlan) -> None:
        self.shape, self.amount = plan.shape, amount_column(plan.shape)
        self.unlisted = unlisted_codes(plan)
        self.own_rules = {f"rule:{one.id}": one.column for one in plan.feed.rules}
        self.pairs = {f"pair:{one.id}": (one.column, one.other) for one in plan.shape.pair_rules}
        self.found: dict[tuple[str | None, ...], tuple[int, float, int]] = {}

    def take(self, rows: pl.DataFrame, fate: Fate, rules: str | None = None) -> None:
        """Add rows; `rules` names the column of the rules each of them breaks, for what breaks one is as good as unsaid."""
        if rows.is_empty():
            return
        if rules:
            rows = self._without_broken(rows, rules)
        amount = pl.col(self.amount).cast(pl.Float64) if self.amount else pl.lit(1.0)
        named = self._names(rows.with_columns(amount.alias(_AMOUNT)), fate)
        counted = named.group_by(pl.exclude(_AMOUNT)).agg(
            pl.len().alias("_rows"),
            pl.col(_AMOUNT).sum().alias("_sum"),
            pl.col(_AMOUNT).null_count().alias("_unmeasured"),
        )
        for *names, number, total, unmeasured in counted.iter_rows():
            self._add((fate, *(None if one is None else str(one) for one in names)), number, total, unmeasured)

    def take_unread(self, rows: int) -> None:
        """Records that could not even be taken apart."""
        if rows:
            nothing = (None,) * (len(Entry._fields) - 4)
            self._add(("quarantined", *nothing), rows, 0.0 if self.amount else float(rows), rows if self.amount else 0)

    def entries(self) -> list[Entry]:
        """In a fixed order."""
        return in_order([Entry._make((*names, *totals)) for names, totals in self.found.items()])

    def _add(self, names: tuple[str | None, ...], rows: int, amount: float, unmeasured: int) -> None:
        known = self.found.get(names, (0, 0.0, 0))
        self.found[names] = (known[0] + rows, known[1] + amount, known[2] + unmeasured)

    def _names(self, rows: pl.DataFrame, fate: Fate) -> pl.DataFrame:
        """What every row says of itself, in the order of an entry."""
        nothing = pl.lit(None, dtype=pl.String)
        if fate in _OF_PERIOD_ALONE:
            return rows.select(self._period(), *(nothing.alias(one) for one in (AREA, "code", *NAMED[1:])), _AMOUNT)
        rows = self.unlisted.settle(rows)
        code = next((pl.col(one) for one in CODES if one in rows.columns), nothing)
        named = [pl.col(one) if one in rows.columns else nothing.alias(one) for one in NAMED]
        return rows.select(self._period(), named[0], code.alias("code"), *named[1:], _AMOUNT)

    def _period(self) -> pl.Expr:
        column = self.shape.time_column
        if column is None:
            return pl.lit(None, dtype=pl.String).alias(PERIOD)
        if self.shape.dated_by:
            return pl.col(column).dt.strftime("%Y-%m").alias(PERIOD)
        text = pl.col(column).cast(pl.String)
        return pl.when(text.str.contains(_PERIOD)).then(text).alias(PERIOD)

    def _without_broken(self, rows: pl.DataFrame, rules: str) -> pl.DataFrame:
        broken: dict[str, list[str]] = {}
        for rule in rows.get_column(rules).explode().drop_nulls().unique().to_list():
            columns = self.pairs.get(rule) or (self.own_rules.get(rule) or rule.partition(":")[2],)
            for column in columns:
                if self.shape.column(column):
                    broken.setdefault(column, []).append(rule)
        return rows.with_columns(
            pl.when(pl.col(rules).list.eval(pl.element().is_in(names)).list.any())
            .then(pl.lit(None, dtype=POLARS_TYPES[_type(self.shape, column)]))
            .otherwise(pl.col(column))
            .alias(column)
            for column, names in broken.items()
        )


def count_years(rows: pl.DataFrame, shape: Shape) -> dict[str, int]:
    """Rows by the year they say they are of; none where rows of the shape have no time."""
    if shape.time_column is None or rows.is_empty():
        return {}
    when = rows.get_column(shape.time_column)
    years = when.dt.year().cast(pl.String) if when.dtype == pl.Date else when.cast(pl.String).str.slice(0, 4)
    return dict(years.drop_nulls().value_counts().iter_rows())


def _type(shape: Shape, column: str) -> str:
    found = shape.column(column)
    return found.type if found else "string"
