"""Optional values that nobody can use (unreadable, or impossible): the value is lost and becomes unknown, the row stays."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from sga_pipeline.contracts.assessment import FeedPlan
from sga_pipeline.contracts.feed import FromColumns, Joined, PresentRule
from sga_pipeline.contracts.shape import Column
from sga_pipeline.contracts.steps import Lookup, Recode

# What the amounts of a row are, or what says how an amount is to be taken: without it the amount would pass for another.
_OF_AMOUNTS = frozenset({"count", "amount", "out_of", "persons", "value", "weight", "obs_status"})
# Rules a shape has for single values.
_OF_VALUES = ("type", "range", "code", "pattern")


@dataclass(frozen=True)
class OptionalValues:
    """For each rule of a column that a row can do without: the column, and what stands there for unknown."""

    of_rules: dict[str, tuple[str, str | None]] = field(default_factory=dict)

    def lose(self, chunk: pl.DataFrame, failures: pl.DataFrame, lost: dict[str, int]) -> pl.DataFrame:
        """Make such values unknown where they break a rule (`place` in the chunk, `rule`), and count them by column."""
        places: dict[str, set[int]] = {}
        for rule, found in failures.filter(pl.col("rule").is_in(list(self.of_rules))).group_by("rule"):
            places.setdefault(self.of_rules[str(rule[0])][0], set()).update(found["place"].to_list())
        unknown = dict(self.of_rules.values())
        for column, rows in places.items():
            lost[column] = lost.get(column, 0) + len(rows)
            is_lost = pl.int_range(pl.len()).is_in(sorted(rows))
            chunk = chunk.with_columns(
                pl.when(is_lost)
                .then(pl.lit(unknown[column], chunk.schema[column]))
                .otherwise(pl.col(column))
                .alias(column)
            )
        return chunk


def optional_values(plan: FeedPlan) -> OptionalValues:
    """The columns in which a bad value costs no row."""
    return OptionalValues(
        {
            f"{rule}:{column.name}": (column.name, unknown_value(plan, column))
            for column in plan.shape.columns
            if _can_do_without(plan, column)
            for rule in _OF_VALUES
        }
    )


def unknown_value(plan: FeedPlan, column: Column) -> str | None:
    """What stands for unknown in a column that a feed maps: a code where it has one for that."""
    codes = plan.code_lists.get(column.code_list or "", ())
    if (
        column.name in {"sex", "age_group"}
        or "_U" in codes
        or (column.name == "iccs_code" and "_U" in (column.pattern or ""))
    ):
        return "_U"
    return None


def _can_do_without(plan: FeedPlan, column: Column) -> bool:
    """Neither shape nor contract asks for the value, and the row means the same without it: where, when and how much are said elsewhere."""
    shape, mapped = plan.shape, plan.feed.columns.get(column.name)
    if column.required or column.key_position or column.name in {shape.time_column, "area_id", *_OF_AMOUNTS}:
        return False
    # Whether an offence was attempted decides which one it is.
    if shape.kind == "reference" or (shape.attempts and column.name == shape.attempts.flag):
        return False
    if any(
        isinstance(one, PresentRule) and one.action != "warn" and one.column == column.name for one in plan.feed.rules
    ):
        return False
    steps = mapped.steps if isinstance(mapped, FromColumns | Joined) else []
    return not any(isinstance(one, Recode | Lookup) and one.otherwise == "reject" for one in steps)
