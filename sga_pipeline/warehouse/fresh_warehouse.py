"""A warehouse file is built from nothing, in a folder of its own, and takes its place when it is complete.

So a home's warehouse is whole or not there, holds nothing of an earlier version, and whoever reads the old file goes on reading it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from sga_pipeline.home import Home, home_error


@contextmanager
def fresh_warehouse(home: Home) -> Iterator[Path]:
    """The folder to build `warehouse.duckdb` in. Only for whoever holds the home's lock."""
    # The lock's next holder clears the scratch folder, should this process be killed.
    folder = home.scratch / "warehouse"
    try:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True, mode=0o700)
        # The warehouse is disposable. Removed first, the old one takes no room that the new one needs.
        for file in (home.warehouse, _log_of(home.warehouse)):
            file.unlink(missing_ok=True)
    except OSError as error:
        raise home_error(error, home.path) from None
    try:
        yield folder
        _put_in_place(folder / home.warehouse.name, home.warehouse)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def built_cities(home: Home) -> set[str]:
    """Cities that the home's warehouse holds; none where there is no warehouse that can be read."""
    if not home.warehouse.is_file():
        return set()
    try:
        with duckdb.connect(str(home.warehouse), read_only=True) as con:
            return {str(city_id) for (city_id,) in con.execute("select city_id from main.cities").fetchall()}
    except duckdb.Error:
        return set()


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
