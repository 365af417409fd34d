"""Database files, and files of which the newest is taken by its name."""

from __future__ import annotations

import hashlib
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from sga_pipeline.connectors.connector import FileMissing, Known
from sga_pipeline.connectors.stores.file import FileConnector
from sga_pipeline.contracts.city import DataFolder
from sga_pipeline.contracts.sources.files import FileSource
from sga_pipeline.errors import PullError
from tests.stores.reading import cells, fetch, source

MONTHS = {"freq": "M", "first": "2023-01"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "records.db"
    with sqlite3.connect(path) as con:
        con.execute('create table "in cidents" (id integer primary key, "wo""rds" text, n real, day date, photo blob)')
        con.executemany(
            'insert into "in cidents" values (?, ?, ?, ?, ?)',
            [
                (3, "", 0.1, "2023-04-01", None),
                (1, None, 0, "2023-03-31", None),
                (2, "ñ", 1e300, "2023-05-01 00:00", None),
            ],
        )
    return path


def asked(**more: Any) -> Any:
    return source(**{"address": "sqlite:///records.db", "table": '"in cidents"'} | more)


def test_values_come_as_the_file_holds_them(file: Path) -> None:
    before = hashlib.sha256(file.read_bytes()).hexdigest()
    header, read = cells(fetch(asked(), file.parent))
    assert header == ("id", 'wo"rds', "n", "day", "photo")
    assert read == [
        ("1", None, "0.0", "2023-03-31", None),
        ("2", "ñ", "1e+300", "2023-05-01 00:00", None),
        ("3", "", "0.1", "2023-04-01", None),
    ]
    assert hashlib.sha256(file.read_bytes()).hexdigest() == before
    assert not list(file.parent.glob("records.db-*"))


def test_periods_of_a_file(file: Path) -> None:
    by_month = asked(periods=MONTHS, period_column="day", columns=["id"])
    assert [cells(fetch(by_month, file.parent, month))[1] for month in ("2023-03", "2023-04", "2023-05")] == [
        [("1",)],
        [("3",)],
        [("2",)],
    ]
    with sqlite3.connect(file) as con:
        con.execute("update \"in cidents\" set day = '01/04/2023' where id = 3")
    with pytest.raises(PullError, match="rows that belong to no period"):
        fetch(by_month, file.parent, "2023-04")


def test_bytes_come_only_as_declared(file: Path) -> None:
    with sqlite3.connect(file) as con:
        con.execute('update "in cidents" set photo = ? where id = 1', [b"\x00\xff"])
    with pytest.raises(PullError, match="not of its type"):
        fetch(asked(), file.parent)
    assert cells(fetch(asked(read_as={"photo": "hex"}), file.parent))[1][0][4] == "00ff"


def test_a_locked_file_and_a_file_that_is_none(file: Path) -> None:
    con = sqlite3.connect(file, isolation_level=None)
    con.execute("begin exclusive")
    with pytest.raises(PullError, match="locked") as caught:
        fetch(asked(lock_timeout_s=0.1), file.parent)
    assert caught.value.transient
    con.close()
    file.write_text("no database")
    with pytest.raises(PullError, match="not a database file"):
        fetch(asked(), file.parent)
    file.unlink()
    with pytest.raises(FileMissing):
        fetch(asked(), file.parent)


def test_a_statement_that_takes_too_long(file: Path) -> None:
    with sqlite3.connect(file) as con:
        con.execute(
            "create view endless as with recursive n(id) as (select 1 union all select id + 1 from n) select id from n"
        )
    with pytest.raises(PullError, match="longer than allowed"):
        fetch(asked(table="endless", statement_timeout_s=0.3), file.parent)


def take(folder: Path, address: str, period: str | None = None) -> str:
    asked = {"connector": "file", "address": address} | ({"periods": MONTHS} if period else {})
    into = folder / "into"
    into.mkdir(exist_ok=True)
    fetched = FileConnector(FileSource.model_validate(asked), folder, DataFolder()).fetch(period, into, Known())
    assert fetched is not None
    return fetched.file_name


def put(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("id\n")


def test_the_newest_by_name_whenever_it_was_written(tmp_path: Path) -> None:
    put(
        tmp_path,
        "police/i_2023-02.csv",
        "police/i_2023-10.csv",
        "police/i_2022-12.csv",
        "police/j_2024-01.csv",
        "police/i_2024.txt",
    )
    assert take(tmp_path, "police/i_*.csv") == "i_2023-10.csv"
    assert take(tmp_path, "police/i_{period}*.csv", "2023-02") == "i_2023-02.csv"


@pytest.mark.parametrize(
    "names",
    [
        ("i_9.csv", "i_10.csv"),
        ("i_2023-02.csv", "i_2023-02 (1).csv"),
        ("i_march.csv", "i_april.csv"),
        ("i_.csv", "i_2023.csv"),
    ],
)
def test_names_in_no_sure_order_are_refused_and_named(tmp_path: Path, names: tuple[str, ...]) -> None:
    put(tmp_path, *names)
    with pytest.raises(PullError, match="does not show in their names") as caught:
        take(tmp_path, "i_*.csv")
    assert all(one in str(caught.value) for one in names)


def test_no_file_fits(tmp_path: Path) -> None:
    put(tmp_path, "i_2023.txt")
    for address in ("i_*.csv", "nowhere/i_*.csv"):
        with pytest.raises(FileMissing):
            take(tmp_path, address)
    with pytest.raises(PullError, match="outside"):
        take(tmp_path / "into", "../i_*.txt")


@pytest.mark.parametrize("address", ["*/i.csv", "a*b*.csv", "**"])
def test_a_star_stands_once_and_in_the_name(address: str) -> None:
    with pytest.raises(ValueError, match="one \\* may stand"):
        FileSource.model_validate({"connector": "file", "address": address})
