"""The warehouse file of a city is built from nothing, in a folder of its own, and takes its place when it is complete.

So a warehouse is whole or not there, holds nothing of an earlier version, and whoever reads the old file goes on reading it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from sga_pipeline.home import Home, home_error

# dbt names the database after its file, and the project is parsed for every city at once.
BUILT = "warehouse.duckdb"


@contextmanager
def fresh_warehouse(home: Home, city_id: str) -> Iterator[Path]:
    """The folder to build `warehouse.duckdb` in. Only for whoever holds the city's lock."""
    # The lock's next holder clears the scratch folder, should this process be killed.
    folder, target = home.scratch(city_id) / "warehouse", home.warehouse(city_id)
    try:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True, mode=0o700)
        target.parent.mkdir(exist_ok=True, mode=0o700)
        # The warehouse is disposable. Removed first, the old one takes no room that the new one needs.
        for file in (target, _log_of(target)):
            file.unlink(missing_ok=True)
    except OSError as error:
        raise home_error(error, home.path) from None
    try:
        yield folder
        _put_in_place(folder / BUILT, target)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def is_built(home: Home, city_id: str) -> bool:
    """Whether the city has a warehouse that can be read."""
    if not home.warehouse(city_id).is_file():
        return False
    try:
        with duckdb.connect(str(home.warehouse(city_id)), read_only=True) as con:
            return con.execute("select city_id from main.cities").fetchall() == [(city_id,)]
    except duckdb.Error:
        return False


def _put_in_place(built: Path, target: Path) -> None:
    if _log_of(built).exists():
        # What dbt left in the log belongs into the file before it is moved.
        with duckdb.connect(str(built)) as con:
            con.execute("checkpoint")
    try:
        os.replace(built, target)
    except OSError as error:
        raise home_error(error, target) from None


def _log_of(file: Path) -> Path:
    return file.with_name(f"{file.name}.wal")
