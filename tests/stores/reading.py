"""Reads a table the way the pipeline does, and what was kept of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from sga_pipeline.conform.open_delivery import open_delivery
from sga_pipeline.connectors.connector import Known
from sga_pipeline.connectors.stores.database import DatabaseConnector
from sga_pipeline.contracts.city import DataFolder
from sga_pipeline.contracts.formats import ParquetFormat
from sga_pipeline.contracts.sources.database import DatabaseSource
from tests.stores.postgres import Postgres


def source(postgres: Postgres | None = None, **more: Any) -> DatabaseSource:
    plain: dict[str, Any] = {"connector": "database", "table": "police.incidents", "order_by": ["id"]}
    if postgres:
        plain |= {"address": postgres.address(), "user_env": "READER_USER", "password_env": "READER_PASSWORD"}
    return DatabaseSource.model_validate(plain | more)


def fetch(asked: DatabaseSource, into: Path, period: str | None = None, zone: str = "America/Bogota") -> Path:
    into.mkdir(exist_ok=True, parents=True)
    fetched = DatabaseConnector(asked, into, DataFolder(), zone).fetch(period, into, Known())
    assert fetched is not None
    return fetched.path


def rows(path: Path) -> list[tuple[Any, ...]]:
    """The kept table with its types."""
    with duckdb.connect() as con:
        con.execute("set TimeZone = 'UTC'")
        return con.execute("select * from read_parquet(?)", [str(path)]).fetchall()


def cells(path: Path) -> tuple[tuple[str, ...], list[tuple[str | None, ...]]]:
    """Header and text of each cell, as the reader of the format sees them."""
    with duckdb.connect() as con:
        con.execute("set TimeZone = 'UTC'")
        opened = open_delivery(con, path, ParquetFormat(kind="parquet"), path.parent)
        return opened.header, con.execute(f"select * from {opened.relation}").fetchall()
