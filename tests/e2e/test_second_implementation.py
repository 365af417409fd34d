"""Every published number of the made-up city, compared with a second implementation."""

from __future__ import annotations

import csv
import itertools
import math
from collections import defaultdict

import duckdb
import jinja2
import pytest

from tests.e2e.second_implementation import CATALOGUE, INDICATORS, Cell, bases_differ, is_slip, wilson
from tests.e2e.second_ledger import SecondWithLosses
from tests.runs import Run


@pytest.fixture(scope="module")
def second(demo: Run) -> SecondWithLosses:
    return SecondWithLosses(demo.home)


def test_every_published_number_is_worked_out_again(demo: Run, second: SecondWithLosses) -> None:
    reported = {
        (one["indicator_id"], one["area_id"], one["period"], one["sex"], one["age_group"]): one["value"]
        for one in second.rows("observations")
    }
    attested = {
        (one["indicator_id"], one["period"]): {"yes": 1.0, "partly": 0.5, "no": 0.0}[one["answer"]]
        for one in second.rows("attestations")
    }
    done: dict[str, int] = defaultdict(int)
    for name, area, period, sex, age, dimension, code, value, top, base, low, high, sources in demo.rows(
        "select indicator_id, area_id, period, sex, age, coalesce(other_dim, ''), coalesce(other_code, ''), value, numerator, denominator, ci_low, ci_high, "
        "sources from observations where value is not null"
    ):
        indicator = INDICATORS[str(name)]
        cell: Cell = (str(area), str(period), str(sex), str(age), str(dimension), str(code))
        where = (name, *cell)
        if sources == ["statistics"]:
            assert value == reported[str(name), cell[0], cell[1], cell[2], cell[3]], where
        elif sources == ["governance"]:
            assert value == attested[str(name), cell[1]], where
        else:
            expected, numerator, denominator = (
                second.survey(indicator, cell) if sources == ["survey"] else second.value(indicator, cell)
            )
            assert value == pytest.approx(expected, rel=1e-9, abs=1e-12), where
            assert top == pytest.approx(numerator, rel=1e-12), where
            assert base is None if math.isnan(denominator) else base == pytest.approx(denominator, rel=1e-9), where
            # Chance makes counted events uncertain; of official totals nobody but their source knows what does.
            if indicator["kind"] in ("rate", "share") and second.is_official(indicator) and sources != ["survey"]:
                assert (low, high) == (None, None), where
            elif indicator["kind"] == "share" and sources != ["survey"]:
                assert (low, high) == (
                    pytest.approx(wilson(numerator, denominator, -1)),
                    pytest.approx(wilson(numerator, denominator, 1)),
                ), where
        done[str(indicator["kind"])] += 1
    assert sum(done.values()) > 100_000
    assert {
        "count",
        "rate",
        "share",
        "ratio",
        "density",
        "growth",
        "trailing",
        "representation",
        "areas_above",
        "life_table",
        "survey",
        "presence",
    } <= done.keys()


def test_every_figure_says_how_much_may_belong_to_it_besides(demo: Run, second: SecondWithLosses) -> None:
    """No value where more than a tenth may belong and is not known to, none of them normal above a fiftieth."""
    found: dict[str, int] = defaultdict(int)
    for name, area, period, sex, age, dimension, code, status, top, reason in demo.rows(
        "select indicator_id, area_id, period, sex, age, coalesce(other_dim, ''), coalesce(other_code, ''), obs_status, numerator, reason_code "
        "from observations where obs_status <> 'Q' and list_has_any(sources, ['police_incidents', 'police_victims', 'death_register', 'health_services'])"
    ):
        indicator = INDICATORS[str(name)]
        if indicator["kind"] not in ("rate", "share", "ratio", "count"):
            continue
        cell: Cell = (str(area), str(period), str(sex), str(age), str(dimension), str(code))
        loss = second.loss(indicator, cell)
        where = (name, *cell, status, reason, loss)
        if reason == "at_least":
            assert loss > 0.1 and status == "O", where
            assert top == second.first(indicator["numerator"], cell), where
        elif status in ("A", "D", "E", "I"):
            assert loss <= 0.02 and (top != 0 or loss == 0), where
        elif reason == "possible_loss":
            assert (0.02 < loss <= 0.1 or (top == 0 and 0 < loss <= 0.1)) and status == "U", where
        found[str(reason)] += 1
    assert found["at_least"] > 1000 and found["possible_loss"] > 1000


def test_breaks_are_where_source_or_base_changes_and_no_slip_is_published(demo: Run) -> None:
    series: dict[tuple[object, ...], list[tuple[object, ...]]] = defaultdict(list)
    for *cell, value, n, status, source, base in demo.rows(
        "select indicator_id, area_id, freq, sex, age, other_dim, other_code, value, n, obs_status, numerator_source, population_base "
        "from observations where value is not null order by period_start"
    ):
        if INDICATORS[str(cell[0])]["kind"] not in ("growth", "trailing", "presence"):
            series[tuple(cell)].append((value, n, status, source, base))
    assert len(series) > 5000
    for cell, values in series.items():
        counts_residents = INDICATORS[str(cell[0])]["numerator"] == "residents"
        for (_, _, _, source, base), (_, _, status, next_source, next_base) in itertools.pairwise(values):
            changes = (source != next_source and not counts_residents) or bases_differ(base, next_base)
            assert (status == "B") == changes or (changes and status == "U"), (
                cell,
                source,
                next_source,
                base,
                next_base,
            )
        for (before, *_), (value, n, *_), (after, *_) in zip(values, values[1:], values[2:], strict=False):
            assert not (is_slip(before, value, after) and (n or 100) >= 100), (cell, before, value, after)


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [
        ("census of 2010", "census of 2020", False),
        ("census of 2020", "estimate based on 2020", False),
        ("estimate of 2014", "estimate based on 2014", False),
        ("estimate based on 2010", "census of 2020", True),
        ("estimate based on 2010", "projection based on 2010", True),
        ("residents_old", "residents_new", True),
    ],
)
def test_bases_are_compared_as_the_second_implementation_does(one: str, other: str, differ: bool) -> None:
    text = (CATALOGUE.parents[1] / "dbt_project" / "macros" / "population_bases.sql").read_text(encoding="utf-8")
    macro = jinja2.Environment().from_string(text).module.bases_differ  # type: ignore[attr-defined]
    for pair in ((one, other), (other, one)):
        assert bases_differ(*pair) is differ
        [found] = duckdb.sql("select " + macro(*(f"'{base}'" for base in pair))).fetchone() or ()
        assert found is differ


def test_the_limits_of_small_counts_are_the_exact_ones() -> None:
    """Of the table of Poisson limits: with the lower limit as mean n or more happen one time in forty, with the upper one n or fewer."""

    def at_most(n: int, mean: float) -> float:
        return math.fsum(math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(n + 1))

    with (CATALOGUE.parents[1] / "dbt_project" / "seeds" / "poisson_limits.csv").open(encoding="utf-8") as stream:
        limits = {int(one["n"]): (float(one["low"]), float(one["high"])) for one in csv.DictReader(stream)}
    assert sorted(limits) == list(range(1001))
    assert limits[0][0] == 0
    for n in (0, 1, 2, 3, 5, 9, 10, 19, 20, 50, 100, 333, 1000):
        low, high = limits[n]
        assert at_most(n, high) == pytest.approx(0.025, rel=1e-6)
        if n:
            assert 1 - at_most(n - 1, low) == pytest.approx(0.025, rel=1e-6)
