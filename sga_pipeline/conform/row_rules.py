"""Pandera schemas built from shape and feed. Each rule has an id; each failing row is known by its place in the chunk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from sga_pipeline.conform.after_arrival import RULE, not_ahead
from sga_pipeline.conform.pandera_alone import load_pandera
from sga_pipeline.conform.select_sql import UNREADABLE
from sga_pipeline.conform.unlisted_codes import can_be_unknown
from sga_pipeline.conform.unusable_values import OptionalValues, optional_values
from sga_pipeline.contracts.assessment import FeedPlan
from sga_pipeline.contracts.classifications import Classification
from sga_pipeline.contracts.feed import FromColumns, Joined, NotBeforeRule, PatternRule, PresentRule, RangeRule
from sga_pipeline.contracts.shape import Column
from sga_pipeline.contracts.steps import Lookup, Recode

if TYPE_CHECKING:
    import pandera.polars as pa
    from pandera.api.polars.types import PolarsData

POLARS_TYPES: dict[str, Any] = {
    "string": pl.String,
    "integer": pl.Int64,
    "number": pl.Float64,
    "boolean": pl.Boolean,
    "date": pl.Date,
}
Expression = Callable[[str], pl.Expr]


@dataclass(frozen=True)
class RowRules:
    """A schema, the severity of each of its rules, and the rules that only warn."""

    schema: pa.DataFrameSchema
    severities: dict[str, str]
    warnings: frozenset[str]
    # Values that are lost where they break one of these rules, while their row stays.
    optional: OptionalValues

    def failures(self, chunk: pl.DataFrame) -> pl.DataFrame:
        """One row for each failing rule and row: `place` in the chunk, `rule`. Values never leave this function."""
        errors = load_pandera().errors
        try:
            self.schema.validate(chunk, lazy=True)
        except errors.SchemaErrors as error:
            cases: pl.DataFrame = error.failure_cases
            if cases["index"].null_count():
                wrong = cases.filter(pl.col("index").is_null())["check"].unique().to_list()
                raise RuntimeError(f"the conformed chunk has not the form of its shape: {wrong}") from None
            return cases.select(
                pl.col("index").cast(pl.Int64).alias("place"),
                pl.when(pl.col("check") == "not_nullable")
                .then("required:" + pl.col("column"))
                .otherwise(pl.col("check"))
                .alias("rule"),
            )
        return pl.DataFrame(schema={"place": pl.Int64, "rule": pl.String})


def build_rules(plan: FeedPlan, bits: dict[str, int], last: date | None = None) -> RowRules:
    """The schema of one feed's rows: what the shape asks of everyone, and what the feed asks besides; none may be dated after `last`."""
    pandera = load_pandera()
    severities: dict[str, str] = {}
    warnings: set[str] = set()
    checks: dict[str, list[pa.Check]] = {column.name: [] for column in plan.shape.columns}

    def add(column: str, rule: str, severity: str, passes: Expression) -> None:
        severities[rule] = severity
        checks[column].append(_check(rule, passes))

    for column in plan.shape.columns:
        classification = plan.codes.classification(column)
        # Codes that do not exist become unknown later, and are no reason to lose a row.
        proven = _proven(plan, column) or (classification is not None and can_be_unknown(column))
        codes = plan.code_lists.get(column.code_list or "", ())
        for rule, passes in _column_rules(column, codes, proven=proven):
            add(column.name, f"{rule}:{column.name}", "high", passes)
        if classification and not proven:
            add(column.name, f"code:{column.name}", "high", _exists_in(classification))
        if column.required:
            severities[f"required:{column.name}"] = "high"
    for pair in plan.shape.pair_rules:
        if {pair.column, pair.other} <= set(plan.feed.columns):
            add(pair.column, f"pair:{pair.id}", "high", _not_before(pair.other))
    if dated := not_ahead(plan, last):
        column_name, is_not_ahead = dated
        add(column_name, f"{RULE}:{column_name}", "high", is_not_ahead)
    if plan.area_of_blanks is None:
        add("area_id", "blank:area_id", "high", lambda key: pl.col(key).is_not_null())
    for own in plan.feed.rules:
        add(own.column, f"rule:{own.id}", own.severity, _own_rule(own, plan))
        if own.action == "warn":
            warnings.add(f"rule:{own.id}")
    unreadable = [_check(rule, _bit_is_clear(bit)) for rule, bit in bits.items()]
    severities |= dict.fromkeys(bits, "high")
    columns = {
        column.name: pandera.Column(POLARS_TYPES[column.type], checks[column.name], nullable=not column.required)
        for column in plan.shape.columns
    }
    columns[UNREADABLE] = pandera.Column(pl.UInt64, unreadable)
    return RowRules(pandera.DataFrameSchema(columns), severities, frozenset(warnings), optional_values(plan))


def _check(rule: str, passes: Expression) -> pa.Check:
    def run(data: PolarsData) -> pl.LazyFrame:
        return data.lazyframe.select(passes(data.key))

    made: pa.Check = load_pandera().Check(run, name=rule, error=rule)
    return made


def _bit_is_clear(bit: int) -> Expression:
    return lambda key: (pl.col(key) & bit) == 0


def _column_rules(column: Column, codes: tuple[str, ...], *, proven: bool) -> list[tuple[str, Expression]]:
    rules: list[tuple[str, Expression]] = []
    if column.minimum is not None or column.maximum is not None:
        low, high = _limit(column.minimum, column.type), _limit(column.maximum, column.type)
        rules.append(("range", lambda key: _within(key, low, high)))
    if column.code_list and not proven:
        rules.append(("code", lambda key: pl.col(key).is_in(list(codes))))
    if column.pattern and not proven:
        pattern = f"^(?:{column.pattern.removeprefix('^').removesuffix('$')})$"
        rules.append(("pattern", lambda key: pl.col(key).str.contains(pattern)))
    return rules


def _exists_in(classification: Classification) -> Expression:
    def exist(codes: pl.Series) -> pl.Series:
        return codes.is_in([one for one in codes.drop_nulls().unique().to_list() if classification.has(one)])

    return lambda key: pl.col(key).map_batches(exist, return_dtype=pl.Boolean)


def _proven(plan: FeedPlan, column: Column) -> bool:
    """Codes from a translation were all checked when the contract was read; checking each row again finds nothing."""
    mapped = plan.feed.columns.get(column.name)
    if not isinstance(mapped, FromColumns | Joined):
        return True
    last = mapped.steps[-1] if mapped.steps else None
    return isinstance(last, Recode | Lookup) and last.otherwise != "keep"


def _own_rule(rule: RangeRule | PresentRule | NotBeforeRule | PatternRule, plan: FeedPlan) -> Expression:
    if isinstance(rule, RangeRule):
        column = plan.shape.column(rule.column)
        kind = column.type if column else "string"
        low, high = _limit(rule.minimum, kind), _limit(rule.maximum, kind)
        return lambda key: _within(key, low, high)
    if isinstance(rule, PresentRule):
        # Null passes every other check; here null, unknown and blank are what is looked for.
        return lambda key: pl.col(key).cast(pl.String).fill_null("_U").is_in(["_U", ""]).not_()
    if isinstance(rule, NotBeforeRule):
        return _not_before(rule.other)
    pattern = f"^(?:{rule.pattern})$"
    return lambda key: pl.col(key).str.contains(pattern)


def _not_before(other: str) -> Expression:
    return lambda key: pl.col(key) >= pl.col(other)


def _within(key: str, low: Any, high: Any) -> pl.Expr:
    if low is None:
        return pl.col(key) <= pl.lit(high)
    return pl.col(key) >= pl.lit(low) if high is None else pl.col(key).is_between(pl.lit(low), pl.lit(high))


def _limit(limit: Any, kind: str) -> Any:
    if limit is None:
        return None
    if kind == "date":
        return pl.Series([str(limit)]).str.to_date().item()
    return float(limit) if kind == "number" else int(limit) if kind == "integer" else limit
