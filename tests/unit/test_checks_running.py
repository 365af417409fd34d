"""Great Expectations is given little, its errors are not taken for failures, and what is kept of its results holds nobody's values."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import duckdb
import pytest

from sga_pipeline.errors import SgaError
from sga_pipeline.expectations.data_docs import site
from sga_pipeline.expectations.gx_call import quiet_context
from sga_pipeline.expectations.limits import MOST_ROWS
from sga_pipeline.expectations.run_suites import run_suite
from sga_pipeline.expectations.suite import Rule, Suite
from sga_pipeline.expectations.summaries import fetch

POSITIVE = Rule(
    "positive",
    "Amounts are positive.",
    "ExpectColumnValuesToBeBetween",
    {"column": "amount", "min_value": 0},
    ("amount",),
    "select {amount} as amount",
    rule_id="negative",
)
SUITE = Suite("amounts", "Amounts", "main/observations", "select * from amounts order by amount", (POSITIVE,), "world")


@pytest.fixture(scope="module")
def context() -> Any:
    return quiet_context()


def amounts(*rows: tuple[str, float | None]) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    con.execute("create table amounts (indicator_id varchar, amount double)")
    con.executemany("insert into amounts values (?, ?)", [list(row) for row in rows] or [["a", 1.0]])
    if not rows:
        con.execute("delete from amounts")
    return con


def run(con: duckdb.DuckDBPyConnection, context: Any, suite: Suite = SUITE) -> tuple[dict[str, Any], str]:
    found = run_suite(con, context, suite, "xx_small")
    return {f"{row['check_name']} {row['indicator_id'] or ''}".strip(): row for row in found["outcomes"]}, found[
        "result"
    ]


def test_each_subject_passes_or_fails_for_itself(context: Any) -> None:
    rows, _ = run(amounts(("a", 5), ("b", -7), ("b", -3), ("b", 2)), context)
    assert rows["amounts:positive a"]["passed"] is True
    failed = rows["amounts:positive b"]
    assert (failed["passed"], failed["failed_rows"], failed["checked_rows"], failed["about"]) == (False, 2, 3, "world")
    assert (json.loads(failed["figures"]), failed["evidence_query"]) == ({"amount": -7}, "select -7 as amount")
    assert rows["amounts:summary_has_rows"]["passed"] and rows["amounts:summary_is_complete"]["passed"]


def test_a_column_without_values_fails_as_ours(context: Any) -> None:
    rows, _ = run(amounts(("a", None), ("b", None)), context)
    row = rows["amounts:summary_is_complete"]
    assert (row["passed"], row["about"], row["failed_rows"]) == (False, "us", 2)


def test_no_rows_where_rows_were_promised_fail_as_ours_and_without_promise_nothing_is_known(context: Any) -> None:
    promised = replace(SUITE, promised="select 3")
    rows, _ = run(amounts(), context, promised)
    assert (rows["amounts:summary_has_rows"]["passed"], rows["amounts:summary_has_rows"]["about"]) == (False, "us")
    rows, _ = run(amounts(("a", 1)), context, promised)
    assert rows["amounts:summary_has_rows"]["passed"] is False, "one row where three were promised"
    rows, _ = run(amounts(), context)
    assert [(row["passed"], row["checked_rows"]) for row in rows.values()] == [(None, 0)]


def test_an_expectation_that_could_not_be_evaluated_is_ours_whatever_its_suite_is_about(context: Any) -> None:
    broken = replace(POSITIVE, name="broken", arguments={"column": "absent", "min_value": 0}, figures=("amount",))
    rows, kept = run(amounts(("a", 5)), context, replace(SUITE, rules=(POSITIVE, broken)))
    row = rows["amounts:broken"]
    assert (row["passed"], row["about"], row["gap_code"]) == (False, "us", None)
    assert "absent" in json.loads(row["figures"])["errored"]
    assert rows["amounts:positive a"]["passed"] is True
    assert any(one["exception_info"]["raised_exception"] for one in json.loads(kept))


def test_what_is_kept_holds_counts_and_bounds_alone(context: Any) -> None:
    _, kept = run(amounts(("a", 4711.5), ("b", -9876.25)), context)
    row = {
        "city_id": "xx_small",
        "suite": "amounts",
        "title": "Amounts",
        "asset": SUITE.asset,
        "position": 1,
        "result": kept,
    }
    for text in (kept, *(html for _, html in site([row]))):
        assert "9876" not in text and "4711" not in text and "Traceback" not in text
    between = next(
        one for one in json.loads(kept) if one["expectation_config"]["type"] == "expect_column_values_to_be_between"
    )
    assert between["result"]["unexpected_count"] == 1
    assert between["expectation_config"]["kwargs"]["min_value"] == 0


def test_it_is_never_given_more_than_a_summary() -> None:
    con = amounts(("a", 1))
    most = replace(
        SUITE, sql=f"select 'a' as indicator_id, range::double as amount from range({MOST_ROWS}) order by amount"
    )
    assert len(fetch(con, most, "xx_small")) == MOST_ROWS
    with pytest.raises(SgaError, match="more than 10000 rows"):
        fetch(con, replace(most, sql=most.sql.replace(str(MOST_ROWS), str(MOST_ROWS + 1))), "xx_small")
