"""Copies what a release publishes out of the warehouse: tables as tables, views as views, descriptions as comments."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from sga_pipeline.errors import SgaError
from sga_pipeline.warehouse.published_relations import SCHEMAS, Relation

# A release is about one city; in what is the same for every city its id would only repeat itself.
WITHOUT_CITY = {"indicators", "reasons"}
# The view repeats the outline of an area for each indicator; among the downloads the outlines are in `areas`.
NOT_DOWNLOADED = {"map"}
KEY_MARK = "\nKey: "
# A literal for names and texts: they come from our own project, and SQL has no parameters here.
_LITERAL = "'{}'"


def copy_tables(con: duckdb.DuckDBPyConnection, city_id: str, relations: Sequence[Relation]) -> None:
    """Copy the city's rows of every table, then every view, from the attached `warehouse` into the attached `release`."""
    _require_all(con, relations)
    for schema in SCHEMAS:
        con.execute(f"create schema if not exists release.{schema}")
    for one in relations:
        if not one.is_view:
            columns = "* exclude (city_id)" if one.name in WITHOUT_CITY else "*"
            con.execute(
                f"create table release.{one.sql_name} as select {columns} from warehouse.{one.sql_name} "
                f"where city_id = {_literal(city_id)} order by all"
            )
    _add_test_results(con, city_id)
    _copy_views(con, [one for one in relations if one.is_view])
    con.execute("begin")
    for one in relations:
        comment(con, one)
    con.execute("commit")


def write_downloads(con: duckdb.DuckDBPyConnection, relations: Sequence[Relation], folder: Path) -> None:
    """A Parquet file a table: those for people at the top, evidence in a folder of its own."""
    (folder / "evidence").mkdir(parents=True)
    for one in relations:
        if one.name in NOT_DOWNLOADED or (one.is_view and one.schema == "evidence"):
            continue
        target = folder / (f"{one.name}.parquet" if one.schema == "main" else f"evidence/{one.name}.parquet")
        con.execute(
            f"copy (select * from release.{one.sql_name} order by all) to {_literal(str(target))} "
            "(format parquet, compression snappy)"
        )


def key_of(relation: Relation) -> tuple[str, ...]:
    """The columns that no two rows of the release share."""
    return tuple(name for name in relation.key if not (name == "city_id" and relation.name in WITHOUT_CITY))


def _require_all(con: duckdb.DuckDBPyConnection, relations: Sequence[Relation]) -> None:
    found = set(
        con.execute(
            "select table_schema, table_name from information_schema.tables where table_catalog = 'warehouse'"
        ).fetchall()
    )
    if missing := [one.label for one in relations if (one.schema, one.name) not in found]:
        raise SgaError(
            "the warehouse lacks a table of the release",
            "Build it anew: remove the city's file in HOME/warehouse.",
            missing,
        )


def _add_test_results(con: duckdb.DuckDBPyConnection, city_id: str) -> None:
    """The tests of our own arithmetic are the warehouse's, and say the same of each city in it."""
    con.execute(
        "insert into release.main.checks by name select ? as city_id, 'dbt' as engine, check_name, asset, 'us' as about, severity, passed, "
        "failed_rows from warehouse.expectations.dbt_tests order by asset, check_name",
        [city_id],
    )


def _copy_views(con: duckdb.DuckDBPyConnection, views: Sequence[Relation]) -> None:
    """A view may read another: whatever cannot be made yet is tried again once others are there."""
    statements = dict(
        con.execute(
            "select schema_name || '.' || view_name, sql from duckdb_views() where database_name = 'warehouse'"
        ).fetchall()
    )
    waiting = list(views)
    while waiting:
        failed: dict[str, str] = {}
        for one in waiting:
            con.execute(f"use release.{one.schema}")
            try:
                con.execute(statements[f"{one.schema}.{one.name}"])
            except duckdb.Error as error:
                failed[one.label] = str(error).splitlines()[0]
        con.execute("use memory")
        if len(failed) == len(waiting):
            raise SgaError(
                "a view of the release reads what the release does not hold",
                "Let the view read tables of main and evidence alone.",
                "; ".join(f"{label}: {why}" for label, why in failed.items()),
            )
        waiting = [one for one in waiting if one.label in failed]


def comment(con: duckdb.DuckDBPyConnection, relation: Relation) -> None:
    """Descriptions as comments, so that whoever opens the file alone can read what it holds."""
    kind = "view" if relation.is_view else "table"
    text = relation.description + KEY_MARK + ", ".join(key_of(relation))
    statements = [f"comment on {kind} release.{relation.sql_name} is {_literal(text)}"]
    for column in relation.columns:
        if not (column.name == "city_id" and relation.name in WITHOUT_CITY):
            name = column.name.replace('"', '""')
            statements.append(
                f'comment on column release.{relation.sql_name}."{name}" is {_literal(column.description)}'
            )
    con.execute(";\n".join(statements))


def _literal(text: str) -> str:
    return _LITERAL.format(text.replace("'", "''"))
