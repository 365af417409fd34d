"""Offences that have no ICCS code yet, with their number of records: from the run records, or from a list."""

from __future__ import annotations

from pathlib import Path

import duckdb

from sga_pipeline.contracts.csv_rows import read_rows
from sga_pipeline.errors import SgaError
from sga_pipeline.home import Home


def in_run_records(home: Home, city_id: str, feed_id: str) -> list[tuple[str, int]]:
    """Offences of a feed that the last run could not map, the most frequent first."""
    file = home.run_records(city_id) / "unmapped_codes.parquet"
    if not file.is_file():
        raise SgaError(
            "the home has no run records of this city yet", "Run the city first, or name a list with --from.", file
        )
    with duckdb.connect() as con:
        feeds = con.execute(
            "select distinct feed_id from read_parquet(?) where city_id = ? order by 1", [str(file), city_id]
        ).fetchall()
        counted = con.execute(
            "select code, sum(records)::bigint from read_parquet(?) "
            "where city_id = ? and feed_id = ? and \"column\" = 'iccs_code' group by code order by 2 desc, 1",
            [str(file), city_id, feed_id],
        ).fetchall()
    if not counted and (feed_id,) not in feeds:
        known = ", ".join(one for (one,) in feeds) or "no feed"
        raise SgaError(
            "the last run left no unmapped code of that feed",
            f"The run records name {known} of the city.",
            f"{city_id} {feed_id}",
        )
    return [(str(code), int(records)) for code, records in counted]


def in_file(file: Path) -> list[tuple[str, int]]:
    """Lines of a list, or of a mapping file, that have no code yet, the most frequent first."""
    rows = read_rows(file)
    if rows and not {"local", "records"} <= set(rows[0]):
        raise SgaError(
            "the list lacks the columns local and records", "Give it both, as a drafted mapping has them.", file
        )
    counted = [(row["local"], row["records"]) for row in rows if not row.get("iccs_code")]
    if wrong := next((records for _, records in counted if not records.isdigit()), None):
        raise SgaError("records is not a whole number", "Correct the list.", wrong, file)
    return sorted(((local, int(records)) for local, records in counted), key=lambda one: (-one[1], one[0]))
