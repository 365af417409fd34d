"""Runs every suite for every city, and gives the table that dbt writes."""

from __future__ import annotations

import json
from typing import Any

import duckdb
import pyarrow as pa

from sga_pipeline.contracts.catalogue import Catalogue, read_catalogue
from sga_pipeline.contracts.shape import read_shape
from sga_pipeline.expectations.gx_call import quiet_context, validate
from sga_pipeline.expectations.kept_results import kept
from sga_pipeline.expectations.outcomes import nothing_to_check, outcomes
from sga_pipeline.expectations.suite import Suite
from sga_pipeline.expectations.suites import all_suites
from sga_pipeline.expectations.summaries import fetch, promised_rows, register_facts
from sga_pipeline.paths import CONTRACTS

_TEXT = (
    "engine",
    "suite",
    "check_name",
    "asset",
    "severity",
    "about",
    "gap_code",
    "rule_id",
    "indicator_id",
    "feed_id",
    "area_id",
    "period",
    "figures",
    "evidence_query",
)
OUTCOME = pa.struct(
    [
        *((name, pa.string()) for name in _TEXT),
        ("passed", pa.bool_()),
        ("failed_rows", pa.int64()),
        ("checked_rows", pa.int64()),
    ]
)
SUITES = pa.schema(
    [
        ("city_id", pa.string()),
        ("suite", pa.string()),
        ("title", pa.string()),
        ("asset", pa.string()),
        ("position", pa.int64()),
        ("result", pa.string()),
        ("outcomes", pa.list_(OUTCOME)),
    ]
)


def check_published(con: duckdb.DuckDBPyConnection, tables: dict[str, Any]) -> pa.Table:
    """Check the tables that a release will hold: observations, areas, cities and indicators, with the feeds of the run records."""
    for name, relation in tables.items():
        con.register(name, relation)
    catalogue = read_catalogue(CONTRACTS / "catalogue")
    kinds = {shape.id: str(shape.kind) for shape in map(read_shape, sorted((CONTRACTS / "shapes").glob("*.yaml")))}
    return check(con, catalogue, kinds)


def check(con: duckdb.DuckDBPyConnection, catalogue: Catalogue, shape_kinds: dict[str, str]) -> pa.Table:
    """Grain: city x suite."""
    register_facts(con, catalogue, shape_kinds)
    context = quiet_context()
    cities = [row[0] for row in con.execute("select city_id from cities order by city_id").fetchall()]
    rows = [
        {
            "city_id": city_id,
            "suite": suite.name,
            "title": suite.title,
            "asset": suite.asset,
            "position": position,
            **run_suite(con, context, suite, city_id),
        }
        for city_id in cities
        for position, suite in enumerate(all_suites(catalogue), start=1)
    ]
    return pa.Table.from_pylist(rows, SUITES)


def run_suite(con: duckdb.DuckDBPyConnection, context: Any, suite: Suite, city_id: str) -> dict[str, Any]:
    """One suite on one city: what is kept of its result, and its outcomes as rows."""
    frame, at_least = fetch(con, suite, city_id), promised_rows(con, suite, city_id)
    if len(frame) == 0 and at_least == 0:
        return {"result": json.dumps([]), "outcomes": nothing_to_check(suite)}
    results = validate(context, suite, frame, at_least)
    return {"result": kept([result for _, result in results]), "outcomes": outcomes(suite, frame, results)}
