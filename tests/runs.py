"""Running the command as a user does, and looking at the home it leaves."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from sga_pipeline.home import Home
from sga_pipeline.paths import DBT_PROJECT
from sga_pipeline.warehouse.dbt_entry import BUILD_FOLDER, CITY
from sga_pipeline.warehouse.fresh_warehouse import BUILT
from sga_pipeline.warehouse.manifest import QUIET, copy_parsed_project, fresh_manifest
from tests.prepared import DBT, DBT_PROGRAM, FORKS, SGA, SGA_PROGRAM, run_forked

__all__ = ["SGA", "Run", "data_folder", "dbt", "sga"]
# The commands that import Dagster and dbt.
RUNNING = {"demo", "run"}


def sga(
    *arguments: str | Path, env: dict[str, str] | None = None, own_process: bool = False
) -> subprocess.CompletedProcess[str]:
    """Run the command as a user does. What runs a city whole is a fork of a process that has imported everything, unless it shall be one of its own."""
    words, variables = list(map(str, arguments)), {**os.environ, **(env or {})}
    if words[0] in RUNNING and not own_process and FORKS:
        return run_forked(SGA_PROGRAM, [str(SGA), *words], variables)
    return subprocess.run([str(SGA), *words], capture_output=True, text=True, env=variables, check=False)


def dbt(home: Path, city_id: str, target: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run dbt on the warehouse of a city as `sga run` does: with the project as it was parsed once, under the name it was parsed with."""
    fresh_manifest()
    target.mkdir(parents=True, exist_ok=True)
    opened = target / BUILT
    opened.unlink(missing_ok=True)
    # DuckDB names a database after the file that a symbolic link leads to.
    opened.hardlink_to(Home(home).warehouse(city_id))
    copy_parsed_project(target)
    folders = {
        "DBT_PROJECT_DIR": str(DBT_PROJECT),
        "DBT_PROFILES_DIR": str(DBT_PROJECT),
        "DBT_TARGET_PATH": str(target),
        "DBT_LOG_PATH": str(target),
    }
    variables = {**os.environ, **QUIET, **folders, "SGA_HOME": str(home), CITY: city_id, BUILD_FOLDER: str(target)}
    if FORKS:
        return run_forked(DBT_PROGRAM, [*DBT, *arguments], variables)
    return subprocess.run([*DBT, *arguments], capture_output=True, text=True, env=variables, check=False)


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
