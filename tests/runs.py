"""Running the command as a user does, and looking at the home it leaves."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

SGA = Path(sys.executable).with_name("sga")


def sga(*arguments: str | Path, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command as a user does."""
    return subprocess.run(
        [str(SGA), *map(str, arguments)], capture_output=True, text=True, env={**os.environ, **(env or {})}, check=False
    )


@dataclass(frozen=True)
class Run:
    """A home after a run."""

    home: Path
    city_id: str
    status: int
    said: str

    @property
    def release(self) -> Path:
        return (self.home / "published" / self.city_id / "current").resolve()

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[object, ...]]:
        with duckdb.connect(str(self.release / "sga.duckdb"), read_only=True) as con:
            return con.execute(sql, list(parameters)).fetchall()

    def numerators(self, indicator: str, level: str) -> dict[str, int]:
        """What was counted in each year, for both sexes and all ages."""
        rows = self.rows(
            "select period, numerator from observations where indicator_id = ? and area_level = ? and freq = 'A' "
            "and sex = '_T' and age = '_T'",
            [indicator, level],
        )
        return {str(period): int(float(str(number))) for period, number in rows}


def data_folder() -> Path:
    """Where the real cities' files lie: SGA_CITY_DATA, or a folder `shared/data` beside the project."""
    named = os.environ.get("SGA_CITY_DATA")
    return Path(named) if named else Path(__file__).resolve().parents[2] / "shared" / "data"
