"""Every family of checks on a small city: all holds, and one planted fault raises the one check that is about it."""

from __future__ import annotations

import json
from typing import Any

import duckdb
import pytest

from sga_pipeline.expectations.run_suites import check
from sga_pipeline.expectations.suites import all_suites
from tests.unit.checked_world import (
    CITY,
    HOMICIDES,
    INDEX,
    LITERACY,
    RESIDENTS,
    THEFTS,
    WITH_FIREARM,
    contracts,
    small_world,
)

pytestmark = pytest.mark.slow

Row = dict[str, Any]
ONE = "period = '2024' and area_id = 'C' and sex = '_T' and age = '_T'"

# What is planted; the check it must raise, whom it is about, what it is about; and how severe that is.
PLANTED = {
    "a share above its whole": (
        f"update observations set value = 101, numerator = 1.01 * denominator where indicator_id = '{LITERACY}' and area_id = 'XX' and period = '2024'",
        ("values_not_too_high:not_above_most_possible", "world", LITERACY, "critical"),
    ),
    "an index above one": (
        f"update observations set value = 40, ci_high = 41 where indicator_id = '{INDEX}' and {ONE}",
        ("values_not_too_high:not_above_most_possible", "world", INDEX, "critical"),
    ),
    "a count below zero": (
        f"update observations set value = -5 where indicator_id = '{RESIDENTS}' and {ONE}",
        ("values_not_too_low:not_below_least_possible", "world", RESIDENTS, "critical"),
    ),
    "a value below its interval": (
        f"update observations set ci_low = value * 1.01 where indicator_id = '{HOMICIDES}' and {ONE}",
        ("intervals_hold_values:value_not_below_interval", "us", HOMICIDES, "high"),
    ),
    "a value above the interval its source gave": (
        f"update observations set ci_high = value * 0.99 where indicator_id = '{INDEX}' and {ONE}",
        ("intervals_hold_values:value_not_above_interval", "world", INDEX, "high"),
    ),
    "a rate that is not its parts": (
        f"update observations set value = value * 1.01 where indicator_id = '{THEFTS}' and {ONE}",
        ("values_follow_from_parts:value_is_numerator_over_denominator", "us", THEFTS, "high"),
    ),
    "more women and men than victims": (
        f"update observations set numerator = 25 where indicator_id = '{HOMICIDES}' and sex = 'F' and period = '2022'",
        ("sexes_sum_to_totals:parts_not_above_whole", "us", HOMICIDES, "high"),
    ),
    "more women and men than residents": (
        f"update observations set numerator = 6000, value = 6000 where indicator_id = '{RESIDENTS}' and sex = 'F' and period = '2022'",
        ("sexes_sum_to_totals:parts_not_above_whole", "world", RESIDENTS, "high"),
    ),
    "fewer women and men than residents": (
        f"update observations set numerator = 4000, value = 4000 where indicator_id = '{RESIDENTS}' and sex = 'F' and period = '2022'",
        ("sexes_sum_to_totals:parts_make_whole", "world", RESIDENTS, "medium"),
    ),
    "an age group too large": (
        f"update observations set numerator = 3000, value = 3000 where indicator_id = '{RESIDENTS}' and age = 'Y30T44' and period = '2021'",
        ("ages_sum_to_totals:parts_not_above_whole", "world", RESIDENTS, "high"),
    ),
    "an age group too small": (
        f"update observations set numerator = 1000, value = 1000 where indicator_id = '{RESIDENTS}' and age = 'Y30T44' and period = '2021'",
        ("ages_sum_to_totals:parts_make_whole", "world", RESIDENTS, "medium"),
    ),
    "districts with more residents than the city": (
        f"update observations set numerator = 6500, value = 6500 where indicator_id = '{RESIDENTS}' and area_id = 'D1' and period = '2020'",
        ("areas_sum_to_city:parts_not_above_whole", "world", RESIDENTS, "high"),
    ),
    "districts with fewer residents than the city": (
        f"update observations set numerator = 5500, value = 5500 where indicator_id = '{RESIDENTS}' and area_id = 'D1' and period = '2020'",
        ("areas_sum_to_city:parts_make_whole", "world", RESIDENTS, "medium"),
    ),
    "districts with more victims than the city": (
        f"update observations set numerator = 120, value = 2000, ci_high = 3000 where indicator_id = '{HOMICIDES}' and area_id = 'D1' and period = '2020'",
        ("areas_sum_to_city:parts_not_above_whole", "us", HOMICIDES, "high"),
    ),
    "more homicides with a firearm than homicides": (
        f"update observations set numerator = 110, value = 1100, ci_high = 2000 where indicator_id = '{WITH_FIREARM}' and {ONE}",
        ("parts_within_wholes:component_not_above_whole", "us", WITH_FIREARM, "critical"),
    ),
    "a country smaller than its city": (
        f"update observations set numerator = 9000, value = 9000 where indicator_id = '{RESIDENTS}' and area_id = 'XX' and period = '2023'",
        ("country_not_below_city:country_at_least_city", "world", RESIDENTS, "high"),
    ),
    "a sex nobody knows": (
        f"update observations set sex = 'X' where indicator_id = '{INDEX}' and period = '2023'",
        ("codes_are_known:known:sex", "us", None, "high"),
    ),
    "an age group nobody knows": (
        f"update observations set age = 'Y15to29' where indicator_id = '{RESIDENTS}' and age = 'Y30T44' and period = '2021'",
        ("codes_are_known:known:age", "us", None, "high"),
    ),
    "an area without a boundary": (
        f"update observations set area_id = 'D9' where indicator_id = '{LITERACY}' and area_id = 'D2' and period = '2021'",
        ("areas_are_known:area_known_at_its_level", "us", None, "high"),
    ),
    "a source that is no feed": (
        f"update observations set sources = ['hearsay'] where indicator_id = '{INDEX}' and {ONE}",
        ("sources_are_known:source_is_a_feed", "us", "hearsay", "high"),
    ),
    "a value without a source": (
        f"update observations set sources = [] where indicator_id = '{INDEX}' and {ONE}",
        ("sources_are_known:source_is_a_feed", "us", "nobody", "high"),
    ),
    "an empty column": (
        "update observations set boundary_version = null",
        ("columns_hold_values:column_not_empty", "us", None, "high"),
    ),
    "a catalogue that lost a line": (
        "delete from indicators where indicator_id = 'gov.bribery_prevalence'",
        ("tables_hold_rows:rows_at_least", "us", None, "high"),
    ),
}

# Faults of a whole year touch every value of it, so that they may raise other checks as well.
OF_A_YEAR = {
    "a year with a third of the events": (
        "update observations set numerator = numerator / 3, value = value / 3, ci_low = ci_low / 3, ci_high = ci_high / 3 "
        "where period = '2024' and list_contains(sources, 'police')",
        "volumes_are_usual:volume_fell",
    ),
    "a year counted three times": (
        "update observations set numerator = numerator * 3, value = value * 3, ci_low = ci_low * 3, ci_high = ci_high * 3 "
        "where period = '2024' and list_contains(sources, 'police')",
        "volumes_are_usual:volume_rose",
    ),
    "thefts and homicides that changed places": (
        f"""update observations set numerator = 100 * numerator / 300, value = value / 3, ci_low = ci_low / 3, ci_high = ci_high / 3
            where period = '2024' and indicator_id = '{THEFTS}';
            update observations set numerator = 3 * numerator, value = 3 * value, ci_low = 3 * ci_low, ci_high = 3 * ci_high
            where period = '2024' and indicator_id in ('{HOMICIDES}', '{WITH_FIREARM}')""",
        "offence_mix_is_usual:mix_moved",
    ),
}


def checked(con: duckdb.DuckDBPyConnection) -> list[Row]:
    return [row for suite in check(con, *contracts()).to_pylist() for row in suite["outcomes"]]


def failures(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row["passed"] is False]


@pytest.fixture
def world() -> duckdb.DuckDBPyConnection:
    return small_world(contracts()[0])


def test_all_holds_where_all_is_in_order(world: duckdb.DuckDBPyConnection) -> None:
    rows = checked(world)
    assert failures(rows) == []
    # And every rule of every suite looked at something.
    looked = {row["check_name"] for row in rows if row["passed"] and row["checked_rows"] > 0}
    assert looked >= {f"{suite.name}:{rule.name}" for suite in all_suites(contracts()[0]) for rule in suite.rules}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault_raises_its_check_and_no_other(world: duckdb.DuckDBPyConnection, name: str) -> None:
    sql, (check_name, about, subject, severity) = PLANTED[name]
    world.execute(sql)
    failed = failures(checked(world))
    assert [
        (row["check_name"], row["about"], row["indicator_id"] or row["feed_id"], row["severity"]) for row in failed
    ] == [(check_name, about, subject, severity)]
    assert failed[0]["failed_rows"] >= 1
    assert (failed[0]["gap_code"], failed[0]["rule_id"] is not None) == (
        ("G10a", True) if about == "world" else (None, False)
    )
    _evidence_holds(world, failed[0])


@pytest.mark.parametrize("name", OF_A_YEAR)
def test_a_changed_year_is_found(world: duckdb.DuckDBPyConnection, name: str) -> None:
    sql, check_name = OF_A_YEAR[name]
    world.execute(sql)
    raised = [row for row in failures(checked(world)) if row["check_name"] == check_name]
    assert [(row["feed_id"], row["about"], row["period"], row["area_id"]) for row in raised] == [
        ("police", "world", "2024", "C")
    ]
    _evidence_holds(world, raised[0])


def test_an_empty_table_passes_nothing_about_its_values(world: duckdb.DuckDBPyConnection) -> None:
    world.execute("delete from observations")
    rows = checked(world)
    assert [(row["check_name"], row["about"]) for row in failures(rows)] == [
        ("tables_hold_rows:rows_at_least", "world")
    ]
    passed = {row["check_name"].split(":")[0] for row in rows if row["passed"]}
    assert passed == {"tables_hold_rows"}
    unknown = {row["check_name"].split(":")[0] for row in rows if row["passed"] is None}
    assert unknown == {suite.name for suite in all_suites(contracts()[0])} - passed


def test_values_that_are_all_null_pass_nothing_about_values(world: duckdb.DuckDBPyConnection) -> None:
    world.execute("update observations set value = null")
    rows = checked(world)
    assert [(row["check_name"], row["about"]) for row in failures(rows)] == [
        ("columns_hold_values:column_not_empty", "world")
    ]
    assert not any(
        row["passed"] for row in rows if row["check_name"].startswith(("values_not", "intervals", "values_follow"))
    )


def _evidence_holds(con: duckdb.DuckDBPyConnection, row: Row) -> None:
    """The query beside a failure, run on the tables, gives exactly the figures beside it."""
    result = con.execute(row["evidence_query"])
    names = [column[0] for column in result.description or []]
    found = result.fetchall()
    assert len(found) == 1
    figures = json.loads(row["figures"])
    assert dict(zip(names, found[0], strict=True)) == {
        name: pytest.approx(value) if isinstance(value, float) else value for name, value in figures.items()
    }
    assert 1 <= len(figures) <= 4 and CITY not in row["evidence_query"]
