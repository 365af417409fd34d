"""Writes the run records, and takes the fingerprint of all that a release is made from."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from sga_pipeline.contracts.assessment import Assessment
from sga_pipeline.home import Home, write_bytes, write_text
from sga_pipeline.paths import DBT_PROJECT, PROJECT
from sga_pipeline.run_records.boundary_fit import boundary_fit
from sga_pipeline.run_records.earlier_gaps import gap_history
from sga_pipeline.run_records.feed_record import FeedRecord
from sga_pipeline.run_records.rows import run_record_rows
from sga_pipeline.run_records.tables import TABLES, Row, table_frame

FINGERPRINTS = "fingerprints.json"


def write_run_records(
    assessment: Assessment,
    records: list[FeedRecord],
    as_of: dict[str, date],
    home: Home,
    releases_before: Iterable[Path],
) -> dict[str, list[Row]]:
    """Write every table anew and return its rows."""
    rows = run_record_rows(assessment, records, as_of)
    for city in assessment.cities:
        for table, row in boundary_fit(city, home):
            rows[table].append(row)
    rows["gap_history"] = list(gap_history(releases_before, TABLES["gap_history"]))
    home.run_records.mkdir(parents=True, exist_ok=True)
    for table in TABLES:
        sink = io.BytesIO()
        table_frame(table, rows[table]).write_parquet(sink, compression="snappy")
        write_bytes(home.run_records / f"{table}.parquet", sink.getvalue())
    return rows


def write_fingerprints(assessment: Assessment, rows: dict[str, list[Row]], home: Home) -> None:
    """Leave each city's fingerprint for the stages that decide whether there is anything to do."""
    program = _program()
    prints = {city.id: _fingerprint(assessment, rows, city.id, program) for city in assessment.cities}
    write_text(home.run_records / FINGERPRINTS, json.dumps(prints, indent=1, sort_keys=True))


def read_fingerprints(home: Home) -> dict[str, str]:
    """The fingerprints in the records of the last run."""
    try:
        found: dict[str, str] = json.loads((home.run_records / FINGERPRINTS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def _fingerprint(assessment: Assessment, rows: dict[str, list[Row]], city_id: str, program: str) -> str:
    """Equal where a new release would be the same: same rows, contracts, arithmetic and program."""
    ignored = {"retrieved_at"}
    content = {
        table: [
            {key: value for key, value in row.items() if key not in ignored}
            for row in rows[table]
            if row.get("city_id", city_id) == city_id
        ]
        for table in TABLES
        # What an earlier release said is no reason for another.
        if table != "gap_history"
    }
    digest = hashlib.sha256((program + json.dumps(content, sort_keys=True, default=str)).encode())
    for file in assessment.contract_files(city_id):
        digest.update(file.name.encode() + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _program() -> str:
    """The arithmetic and the program itself: a corrected formula makes a new release."""
    digest = hashlib.sha256()
    folders = [DBT_PROJECT / folder for folder in ("models", "macros", "seeds")] + [PROJECT / "sga_pipeline"]
    files = [file for folder in folders for file in folder.rglob("*") if file.suffix in {".sql", ".yml", ".csv", ".py"}]
    for file in sorted(files):
        digest.update(str(file.relative_to(PROJECT)).encode() + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def summary(rows: dict[str, list[Row]]) -> dict[str, Any]:
    """Figures for people: how many deliveries and rows."""
    return {
        "deliveries": len(rows["deliveries"]),
        "rows_in": sum(row["rows_in"] for row in rows["deliveries"]),
        "rows_kept": sum(row["rows_kept"] for row in rows["deliveries"] if row["in_use"]),
    }
