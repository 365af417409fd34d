"""Runs every finding's evidence query on the release that holds the finding."""

from __future__ import annotations

import datetime as dt
import decimal
import json
import re
from typing import Any

import duckdb

from tests.runs import Run


def unproved_findings(run: Run) -> tuple[int, list[str]]:
    """How many findings were looked at, and those whose query does not give exactly one row with their figures."""
    wrong: list[str] = []
    rows = run.rows("select gap_id, rule_id, statement, evidence from gaps where status <> 'closed'")
    with duckdb.connect(str(run.release / "sga.duckdb"), read_only=True) as con:
        for gap_id, rule, statement, text in rows:
            evidence = json.loads(str(text))
            answered = con.execute(evidence["query"])
            names = [column[0] for column in answered.description or []]
            records = answered.fetchall()
            if len(records) != 1:
                wrong.append(f"{rule} {gap_id}: {len(records)} rows: {evidence['query']}")
                continue
            answer = dict(zip(names, records[0], strict=True))
            for name, figure in evidence["figures"].items():
                if not _same(figure, answer.get(name)):
                    wrong.append(f"{rule} {gap_id}: {name} is {answer.get(name)!r}, published as {figure!r}")
            if re.search(r"\{\w+\}", str(statement)):
                wrong.append(f"{rule} {gap_id}: not filled: {statement}")
    return len(rows), wrong


def _same(published: Any, found: Any) -> bool:
    if isinstance(found, decimal.Decimal):
        found = float(found)
    if isinstance(found, dt.date | dt.datetime):
        found = str(found)
    if isinstance(published, int | float) and isinstance(found, int | float):
        return abs(published - found) <= 1e-9 * max(1.0, abs(published))
    return bool(published == found)
