"""Writes the run records of a city, and takes the fingerprint of all that its release is made from."""

from __future__ import annotations

import hashlib
import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from sga_pipeline.contracts.assessment import Assessment, CityPlan
from sga_pipeline.home import Home, write_bytes, write_text
from sga_pipeline.paths import DBT_PROJECT, PROJECT
from sga_pipeline.run_records.boundary_fit import boundary_fit
from sga_pipeline.run_records.earlier_gaps import gap_history
from sga_pipeline.run_records.feed_record import FeedRecord
from sga_pipeline.run_records.peers import PEERS, note_programme, peer_figures
from sga_pipeline.run_records.rows import run_record_rows
from sga_pipeline.run_records.tables import TABLES, Row, table_frame

FINGERPRINT = "fingerprint"


def write_run_records(
    assessment: Assessment,
    city: CityPlan,
    records: list[FeedRecord],
    as_of: date,
    home: Home,
    release_before: Path | None,
    programme: Path | None,
) -> dict[str, list[Row]]:
    """Write every table of a city anew and return its rows. The figures of other cities are those of the programme's release given."""
    peers = peer_figures(city, programme)
    rows = run_record_rows(assessment, city, records, as_of)
    for table, row in boundary_fit(city, home):
        rows[table].append(row)
    rows["gap_history"] = list(gap_history(release_before, TABLES["gap_history"]))
    folder = home.run_records(city.id)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for table in TABLES:
        sink = io.BytesIO()
        frame = peers if table == PEERS else table_frame(table, rows[table])
        frame.write_parquet(sink, compression="snappy")
        write_bytes(folder / f"{table}.parquet", sink.getvalue())
    note_programme(home, city.id, programme if peers.height else None)
    return rows


def write_fingerprint(assessment: Assessment, city: CityPlan, rows: dict[str, list[Row]], home: Home) -> None:
    """Leave the city's fingerprint for the stages that decide whether there is anything to do."""
    write_text(home.run_records(city.id) / FINGERPRINT, _fingerprint(assessment, city, rows, home))


def read_fingerprint(home: Home, city_id: str) -> str | None:
    """The fingerprint in the records of the city's last run."""
    try:
        return (home.run_records(city_id) / FINGERPRINT).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return None


def _fingerprint(assessment: Assessment, city: CityPlan, rows: dict[str, list[Row]], home: Home) -> str:
    """Equal where a new release would be the same: same rows, figures of other cities, contracts, arithmetic and program."""
    ignored = {"retrieved_at"}
    content = {
        table: [{key: value for key, value in row.items() if key not in ignored} for row in rows[table]]
        for table in TABLES
        # What an earlier release said is no reason for another.
        if table != "gap_history"
    }
    digest = hashlib.sha256((program_hash() + json.dumps(content, sort_keys=True, default=str)).encode())
    digest.update((home.run_records(city.id) / f"{PEERS}.parquet").read_bytes())
    for file in assessment.contract_files(city.id):
        digest.update(file.name.encode() + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def program_hash() -> str:
    """The arithmetic and the program itself: a corrected formula makes a new release."""
    digest = hashlib.sha256()
    folders = [DBT_PROJECT / folder for folder in ("models", "macros", "seeds")] + [PROJECT / "sga_pipeline"]
    files = [file for folder in folders for file in folder.rglob("*") if file.suffix in {".sql", ".yml", ".csv", ".py"}]
    for file in sorted(files):
        digest.update(str(file.relative_to(PROJECT)).encode() + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def count_run_records(home: Home, city_id: str) -> int:
    """The rows of all tables that were written of a city's last run."""
    return sum(pq.read_metadata(home.run_records(city_id) / f"{table}.parquet").num_rows for table in TABLES)


def summary(rows: dict[str, list[Row]]) -> dict[str, Any]:
    """Figures for people: how many deliveries and rows."""
    return {
        "deliveries": len(rows["deliveries"]),
        "rows_in": sum(row["rows_in"] for row in rows["deliveries"]),
        "rows_kept": sum(row["rows_kept"] for row in rows["deliveries"] if row["in_use"]),
    }
