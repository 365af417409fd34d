"""The file a table is kept in: moments stay moments, and how rows come in parts does not show."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sga_pipeline.connectors.stores.table_file import TableFile


@pytest.mark.parametrize("overlooked", ["0", "1"])
def test_a_moment_keeps_its_zone_whatever_else_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, overlooked: str
) -> None:
    """pandera, which checks rows later, sets this variable for the whole process."""
    monkeypatch.setenv("PYARROW_IGNORE_TIMEZONE", overlooked)
    with TableFile(tmp_path / "t", [("at", pa.timestamp("us", tz="UTC"))]) as file:
        file.add([(datetime(2023, 9, 1, 14, 30, tzinfo=ZoneInfo("Asia/Tokyo")),), (None,)])
    found = pq.read_table(tmp_path / "t")["at"].to_pylist()
    assert found == [datetime(2023, 9, 1, 5, 30, tzinfo=UTC), None]


def test_parts_do_not_show(tmp_path: Path) -> None:
    rows = [(n, None if n % 3 else f"ñ{n % 7}") for n in range(1000)]
    for name, size in (("one", 1000), ("many", 7)):
        with TableFile(tmp_path / name, [("n", pa.int64()), ("words", pa.string())]) as file:
            for start in range(0, len(rows), size):
                file.add(rows[start : start + size])
    assert (tmp_path / "one").read_bytes() == (tmp_path / "many").read_bytes()
