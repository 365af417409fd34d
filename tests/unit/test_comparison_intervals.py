"""Intervals of differences and ratios, as the macros work them out, against published figures and scipy."""

from __future__ import annotations

import duckdb
import jinja2
import pytest
from scipy import stats

from sga_pipeline.paths import DBT_PROJECT

MACROS = (
    jinja2.Environment().from_string((DBT_PROJECT / "macros" / "arithmetic.sql").read_text(encoding="utf-8")).module
)
Figure = tuple[float, float, float]


def limits(macro: str, one: Figure, other: Figure) -> tuple[float | None, float | None]:
    columns = ", ".join(getattr(MACROS, macro)("one", "other", side) for side in (-1, 1))
    tables = ", ".join(
        f"(select {value}::double as value, {low}::double as ci_low, {high}::double as ci_high) as {name}"
        for name, (value, low, high) in (("one", one), ("other", other))
    )
    [found] = duckdb.sql(f"select {columns} from {tables}").fetchall()
    return found


def share(part: int, whole: int) -> Figure:
    interval = stats.binomtest(part, whole).proportion_ci(method="wilson")
    return part / whole, interval.low, interval.high


def count(events: int) -> Figure:
    return events, stats.chi2.ppf(0.025, 2 * events) / 2, stats.chi2.ppf(0.975, 2 * events + 2) / 2


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [((56, 70), (48, 80), (0.0524, 0.3339)), ((9, 10), (3, 10), (0.1705, 0.8090)), ((10, 10), (0, 20), (0.6791, 1.0))],
)
def test_differences_of_shares_are_newcombes(
    one: tuple[int, int], other: tuple[int, int], expected: tuple[float, float]
) -> None:
    """Method 10 in table II of Newcombe, Statistics in Medicine 17 (1998), 873."""
    assert limits("difference_limit", share(*one), share(*other)) == pytest.approx(expected, abs=5e-5)


@pytest.mark.parametrize(("one", "other"), [(40, 40), (120, 30), (1000, 900), (25, 400)])
def test_ratios_of_counts_are_near_the_exact_ones(one: int, other: int) -> None:
    """Exact: given their sum, one of two counts is binomial."""
    exact = stats.binomtest(one, one + other).proportion_ci(method="exact")
    low, high = limits("ratio_limit", count(one), count(other))
    assert (low, high) == pytest.approx((exact.low / (1 - exact.low), exact.high / (1 - exact.high)), rel=0.06)
    assert low is not None and high is not None and low < one / other < high


def test_a_ratio_without_a_lower_limit_has_no_interval() -> None:
    assert limits("ratio_limit", (0.0, 0.0, 3.7), count(30)) == (None, None)
