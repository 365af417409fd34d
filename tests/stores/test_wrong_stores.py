"""Contracts of databases and stores that are wrong: reported before anything is asked, and never with a log-in somebody wrote there."""

from __future__ import annotations

from pathlib import Path

import pytest

from sga_pipeline.contracts.assessment import read_assessment
from sga_pipeline.errors import ContractError
from tests.city_folder import write_city
from tests.runs import sga

FILE = "source: {connector: file, address: incidents.csv}\nformat: {kind: csv}"
TABLE = """\
source:
  connector: database
  address: postgresql://db.police.example/crime
  table: statistics.incidents
  order_by: [id]
  user_env: DB_USER
  password_env: DB_PASSWORD
format: {kind: parquet}"""
WRONG = [
    ("format: {kind: parquet}", "format: {kind: csv}", "a table is kept as Parquet [csv]"),
    (
        "//db.police.example",
        "//clerk:hunter2@db.police.example",
        "user_env and password_env [postgresql://…@db.police.example/crime]",
    ),
    ("/crime", "/crime?password=hunter2", "user_env and password_env [postgresql://db.police.example/crime?…]"),
    ("  user_env: DB_USER\n", "  user: clerk\n  password: hunter2\n", "unknown key [password]"),
    ("statistics.incidents", "select * from t", "write schema.name"),
    ("  order_by: [id]\n", "", "a key is missing [order_by]"),
    ("[id]", "[id]\n  periods: {freq: M, first: 2023-01}", "the table has periods and no period_column"),
    ("[id]", "[id]\n  period_column: day", "the table has a period_column and no periods"),
    ("DB_USER", "clerk", "user_env"),
    (
        "postgresql://db.police.example/crime",
        "oracle://db.police.example/crime",
        "write postgresql://host:port/database",
    ),
]


def test_the_contract_itself_is_right(tmp_path: Path) -> None:
    city = write_city(tmp_path, {FILE: TABLE})
    assert read_assessment([city]).cities[0].feeds[0].feed.source.connector == "database"


@pytest.mark.parametrize(("old", "new", "words"), WRONG)
def test_a_wrong_table_is_found_by_the_check(tmp_path: Path, old: str, new: str, words: str) -> None:
    assert old in TABLE
    city = write_city(tmp_path, {FILE: TABLE.replace(old, new)})
    with pytest.raises(ContractError) as caught:
        read_assessment([city])
    reported = [problem for problem in caught.value.problems if words in str(problem)]
    assert reported, [str(one) for one in caught.value.problems]
    assert all(one.line and one.file and one.next_step for one in reported)
    assert "hunter2" not in str(caught.value)


def test_the_command_does_not_tell_a_password_written_in_a_contract(tmp_path: Path) -> None:
    city = write_city(tmp_path, {FILE: TABLE.replace("//db", "//clerk:hunter2@db")})
    done = sga("check", city)
    assert done.returncode == 2 and "hunter2" not in done.stdout + done.stderr
