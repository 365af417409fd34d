"""Takes from a city's release what the programme needs, or says why nothing can be taken; what has not changed comes from the programme's own last release."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import duckdb

from sga_pipeline.programme.releases_in_force import InForce
from sga_pipeline.warehouse.published_relations import Relation

# Of each table, what is read from the release's Parquet; models/programme/releases.yml declares the columns.
TAKEN = {
    "places": (
        "cities.parquet",
        "select city_id, name, country_iso3, population, population_year from read_parquet($file)",
    ),
    "figures": (
        "evidence/compared_figures.parquet",
        "select * from read_parquet($file) where is_city and sex = '_T' and age = '_T' and other_dim is null",
    ),
    "category_scores": (
        "scores.parquet",
        "select city_id, cast(scope_id as integer) as category_no, coverage, readiness, readiness_at_most "
        "from read_parquet($file) where scope = 'category'",
    ),
    "open_gaps": (
        "gaps.parquet",
        "select city_id, severity, count(*) as gaps_n from read_parquet($file) where status = 'open' group by all",
    ),
    "titles": (
        "indicators.parquet",
        "select $city_id as city_id, indicator_id, record_type, category_no, category, short_title from read_parquet($file)",
    ),
}
RELEASES = "releases"
WITHOUT_MANIFEST = "its release [{}] has no manifest that can be read: run the city again, or roll it back"
EARLIER_VERSION = "its release [{}] was made by an earlier version, or is damaged: run the city again"


def take_in(
    con: duckdb.DuckDBPyConnection, sources: Sequence[Relation], releases: Sequence[InForce], kept: Collection[str]
) -> dict[str, str]:
    """Fill the tables of the attached `release`; cities to be `kept` come from the attached `before`. Gives the cities left out, each with the reason."""
    for one in sources:
        columns = ", ".join(f'"{column.name}" {column.type}' for column in one.columns)
        con.execute(f"create table release.{one.sql_name} ({columns})")
    tables = {one.name: one for one in sources}
    for name in TAKEN if kept else ():
        columns = ", ".join(f'"{column.name}"' for column in tables[name].columns)
        con.execute(
            f"insert into release.{tables[name].sql_name} select {columns} from before.{tables[name].sql_name} "
            "where list_contains(?, city_id)",
            [sorted(kept)],
        )
    left_out: dict[str, str] = {}
    for release in releases:
        if release.city_id not in kept and (reason := _take(con, tables, release)):
            left_out[release.city_id] = reason
    con.executemany(
        f"insert into release.{tables[RELEASES].sql_name} by name "
        "select ? as city_id, ? as release_id, cast(? as date) as as_of, ? as left_out",
        [[one.city_id, one.path.name, one.as_of, left_out.get(one.city_id)] for one in releases],
    )
    return left_out


def _take(con: duckdb.DuckDBPyConnection, tables: dict[str, Relation], release: InForce) -> str | None:
    """All of a release or nothing."""
    if release.content is None:
        return WITHOUT_MANIFEST.format(release.path.name)
    con.execute("begin")
    try:
        for name, (file, sql) in TAKEN.items():
            values = {"file": str(release.path / "downloads" / file)}
            values |= {"city_id": release.city_id} if "$city_id" in sql else {}
            columns = ", ".join(f'"{column.name}"' for column in tables[name].columns)
            con.execute(f"insert into release.{tables[name].sql_name} select {columns} from ({sql})", values)
    except (duckdb.BinderException, duckdb.IOException, duckdb.InvalidInputException, duckdb.ConversionException):
        con.execute("rollback")
        return EARLIER_VERSION.format(release.path.name)
    con.execute("commit")
    return None
