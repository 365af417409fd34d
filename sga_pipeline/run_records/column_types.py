"""The types of the columns of run records: a name has one type in every table, text where nothing else is said."""

from __future__ import annotations

import polars as pl

_INTEGERS = {
    "first_year",
    "last_year",
    "allowed_lag_days",
    "preference",
    "bytes",
    "rows_in",
    "rows_kept",
    "rows_quarantined",
    "rows_duplicate",
    "rows_superseded",
    "rows_conflicting",
    "rows_changed",
    "rows_outside",
    "rows_outside_period",
    "rows_without_area",
    "expected_n",
    "available_n",
    "failed_rows",
    "checked_rows",
    "vintage",
    "rows",
    "rows_unexpected",
    "records",
    "records_in_all",
    "year",
    "filled",
    "unusable",
    "areas_n",
    "children_n",
    "drawn_n",
    "unmeasured",
}
_BOOLEANS = {
    "accepted",
    "in_use",
    "superseded",
    "complete",
    "passed",
    "core",
    "manual_steps",
    "by_area",
    "declared",
    "fills_parents",
    "is_divided",
}
_DATES = {"period_start", "period_end", "as_of", "reported_from", "reported_to"}
_NUMBERS = {
    "value",
    "threshold",
    "ci_low",
    "ci_high",
    "amount",
    "bridge_factor",
    "ground_km2",
    "doubled_km2",
    "shared_km2",
    "area_km2",
    "other_km2",
    "children_km2",
    "left_out_km2",
    "beyond_km2",
}


def column_type(column: str) -> pl.DataType:
    """The type of a column of this name."""
    if column in _INTEGERS:
        return pl.Int64()
    if column in _BOOLEANS:
        return pl.Boolean()
    if column == "sources":
        return pl.List(pl.String())
    return pl.Date() if column in _DATES else pl.Float64() if column in _NUMBERS else pl.String()
