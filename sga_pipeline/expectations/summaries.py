"""Fetches summaries from DuckDB, and registers what the contracts say as tables that their SQL can join."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import duckdb
import pyarrow as pa

from sga_pipeline.contracts.catalogue import Catalogue
from sga_pipeline.errors import SgaError
from sga_pipeline.expectations.facts import indicator_facts
from sga_pipeline.expectations.limits import MOST_ROWS
from sga_pipeline.expectations.nesting import parts_of_wholes
from sga_pipeline.expectations.suite import Suite


def register_facts(con: duckdb.DuckDBPyConnection, catalogue: Catalogue, shape_kinds: dict[str, str]) -> None:
    """The facts of the contracts as tables of this connection alone: catalogue_facts, nested, shape_kinds."""
    facts = pa.schema(
        [
            ("indicator_id", pa.string()),
            ("kind", pa.string()),
            ("counted", pa.bool_()),
            ("adds_up", pa.bool_()),
            ("lower_limit", pa.float64()),
            ("upper_limit", pa.float64()),
            ("upper_limit_wide", pa.float64()),
        ]
    )
    rows = [asdict(one) for one in indicator_facts(catalogue, shape_kinds)]
    con.register("catalogue_facts", pa.Table.from_pylist(rows, facts))
    pairs = [{"part_id": part, "whole_id": whole} for part, whole in parts_of_wholes(catalogue)]
    con.register(
        "nested", pa.Table.from_pylist(pairs, pa.schema([("part_id", pa.string()), ("whole_id", pa.string())]))
    )
    kinds = [{"shape": shape, "kind": kind} for shape, kind in shape_kinds.items()]
    con.register("shape_kinds", pa.Table.from_pylist(kinds, pa.schema([("shape", pa.string()), ("kind", pa.string())])))


def fetch(con: duckdb.DuckDBPyConnection, suite: Suite, city_id: str) -> Any:
    """The summary of a suite as a pandas frame, each row with its number."""
    frame = con.execute(f"{suite.sql}\nlimit {MOST_ROWS + 1}", _named(suite.sql, city_id)).df()
    if len(frame) > MOST_ROWS:
        raise SgaError(
            f"the summary of the checks [{suite.name}] has more than {MOST_ROWS} rows",
            "Summarise further in its SQL: Great Expectations is given summaries, never tables.",
            city_id,
        )
    frame["row_number"] = range(len(frame))
    return frame


def promised_rows(con: duckdb.DuckDBPyConnection, suite: Suite, city_id: str) -> int:
    """How many rows the summary must have at least."""
    if suite.promised is None:
        return 0
    found = con.execute(suite.promised, _named(suite.promised, city_id)).fetchone()
    return int(found[0]) if found else 0


def _named(sql: str, city_id: str) -> dict[str, str]:
    return {"city_id": city_id} if "$city_id" in sql else {}
