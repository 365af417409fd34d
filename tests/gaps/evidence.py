"""Asks every finding's evidence again on the release it stands in."""

from __future__ import annotations

import datetime as dt
import decimal
import json
import re
from typing import Any

import duckdb

from tests.runs import Run


def untrue_findings(run: Run) -> tuple[int, list[str]]:
    """How many findings were looked at, and those whose query does not give the figures they tell."""
    wrong: list[str] = []
    rows = run.rows("select gap_id, rule_id, statement, evidence from gaps where status <> 'closed'")
    with duckdb.connect(str(run.release / "sga.duckdb"), read_only=True) as con:
        for gap_id, rule, statement, text in rows:
            evidence = json.loads(str(text))
            asked = con.execute(evidence["query"])
            answer = dict(zip((column[0] for column in asked.description or []), asked.fetchone() or (), strict=True))
            for name, figure in evidence["figures"].items():
                if not _same(figure, answer.get(name)):
                    wrong.append(f"{rule} {gap_id}: {name} is {answer.get(name)!r}, told as {figure!r}")
            if re.search(r"\{\w+\}", str(statement)):
                wrong.append(f"{rule} {gap_id}: not filled: {statement}")
    return len(rows), wrong


def _same(told: Any, found: Any) -> bool:
    if isinstance(found, decimal.Decimal):
        found = float(found)
    if isinstance(found, dt.date | dt.datetime):
        found = str(found)
    if isinstance(told, int | float) and isinstance(found, int | float):
        return abs(told - found) <= 1e-9 * max(1.0, abs(told))
    return bool(told == found)
