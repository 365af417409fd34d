"""What a contract may ask of a table: names and values never become SQL, and periods are cut where the city's days begin."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from sga_pipeline.contracts.sources.database import table_parts
from sga_pipeline.errors import PullError
from tests.stores.postgres import Postgres
from tests.stores.reading import fetch, rows, source

NASTY = 'a"; drop table police.precious; --'
MONTHS = {"freq": "M", "first": "2023-01"}


@pytest.fixture(scope="module")
def precious(postgres: Postgres) -> Postgres:
    quoted = NASTY.replace('"', '""')
    postgres.sql(
        "create table police.precious (id int primary key)",
        "insert into police.precious values (1)",
        f'create table police."{quoted}" (id int primary key, "{quoted}" text, "%s %(x)s :y" int)',
        f"insert into police.\"{quoted}\" values (1, '2023-01', 5), (2, '2023-02', 6), (3, $$'; drop table police.precious; --$$, 7)",
    )
    return postgres


def test_names_that_look_like_commands_are_names(precious: Postgres, tmp_path: Path) -> None:
    table = 'police."' + NASTY.replace('"', '""') + '"'
    asked = source(precious, table=table, columns=["%s %(x)s :y", NASTY], order_by=["%s %(x)s :y", "id"])
    assert rows(fetch(asked, tmp_path / "1")) == [
        (5, "2023-01"),
        (6, "2023-02"),
        (7, "'; drop table police.precious; --"),
    ]
    one = source(precious, table=table, where=[{"column": NASTY, "in": ["'; drop table police.precious; --"]}])
    assert [row[0] for row in rows(fetch(one, tmp_path / "2"))] == [3]
    by_period = source(precious, table=table, periods=MONTHS, period_column=NASTY, period_holds="period")
    assert [row[0] for row in rows(fetch(by_period, tmp_path / "3", "2023-02"))] == [2]
    # Nobody makes such a period; were it made, it would be a value.
    assert [row[0] for row in rows(fetch(by_period, tmp_path / "4", "'; drop table police.precious; --"))] == [3]
    assert rows(fetch(source(precious, table="police.precious"), tmp_path / "5")) == [(1,)]


@pytest.mark.parametrize(
    "change",
    [
        {"table": "police.precious; drop table police.precious"},
        {"table": "police.precious where 1=1"},
        {"table": 'police."pre'},
        {"table": "a.b.c"},
        {"table": "precious"},
        {"table": "police."},
        {"order_by": []},
        {"columns": []},
        {"columns": ["id", "id"]},
        {"where": [{"column": "id"}]},
        {"sql": "select 1"},
        {"address": "postgresql://u:p@localhost/x"},
        {"address": "postgresql://localhost/x?sslmode=disable"},
        {"address": "mysql://localhost/x"},
        {"address": "sqlite:////etc/passwd"},
        {"address": "sqlite:///../x.db"},
        {"user_env": None},
        {"read_as": {"photo": "sql"}},
        {"columns": ["id"], "read_as": {"photo": "hex"}},
        {"period_holds": "week"},
        {"undated": "ignore"},
        {"max_bytes": 0},
        {"statement_timeout_s": 0},
    ],
)
def test_what_no_contract_may_say(change: dict[str, Any]) -> None:
    plain = {"address": "postgresql://localhost/x", "user_env": "U", "password_env": "P"}
    source(**plain)
    with pytest.raises(ValidationError):
        source(**plain | change)


def test_a_table_is_named_in_two_parts() -> None:
    assert table_parts('"a.b"."c ""d"""') == ["a.b", 'c "d"']
    assert table_parts("öffentlich.fälle") == ["öffentlich", "fälle"]


# Moments around the month's ends, as Bogota (five hours behind UTC) and UTC see them.
MOMENTS = """
create table police.moments (id int primary key, day date, clock timestamp, moment timestamptz, month text, number int, half text);
insert into police.moments values
 (1, '2023-03-31', '2023-03-31 23:59:59.999999', '2023-04-01 04:59:59.999999+00', '2023-03', 202303, '2023-Q1'),
 (2, '2023-04-01', '2023-04-01 00:00', '2023-04-01 05:00+00', '2023-04', 202304, '2023-Q2'),
 (3, '2023-04-30', '2023-04-30 23:59:59.999999', '2023-05-01 04:59:59.999999+00', '2023-04', 202304, '2023-Q2'),
 (4, '2023-05-01', '2023-05-01 00:00', '2023-05-01 05:00+00', '2023-05', 202305, '2023-Q2');
"""


@pytest.fixture(scope="module")
def moments(postgres: Postgres) -> Postgres:
    postgres.sql(MOMENTS)
    return postgres


@pytest.mark.parametrize(
    ("column", "holds", "period", "expected"),
    [
        ("day", "day", "2023-04", [2, 3]),
        ("clock", "day", "2023-04", [2, 3]),
        ("moment", "day", "2023-04", [2, 3]),
        ("month", "period", "2023-04", [2, 3]),
        ("number", "period", "2023-04", [2, 3]),
        ("half", "period", "2023-Q2", [2, 3, 4]),
        ("day", "day", "2023-Q1", [1]),
        ("day", "day", "2023", [1, 2, 3, 4]),
        ("day", "day", "2023-12", []),
    ],
)
def test_each_row_belongs_to_one_period(
    moments: Postgres, tmp_path: Path, column: str, holds: str, period: str, expected: list[int]
) -> None:
    asked = source(moments, table="police.moments", periods=MONTHS, period_column=column, period_holds=holds)
    assert [row[0] for row in rows(fetch(asked, tmp_path, period))] == expected


def test_a_moment_belongs_to_the_day_of_the_citys_own_clock(moments: Postgres, tmp_path: Path) -> None:
    asked = source(moments, table="police.moments", periods=MONTHS, period_column="moment")
    assert [row[0] for row in rows(fetch(asked, tmp_path / "1", "2023-04", "UTC"))] == [1, 2]
    assert [row[0] for row in rows(fetch(asked, tmp_path / "2", "2023-04", "America/Bogota"))] == [2, 3]


@pytest.mark.parametrize(
    ("column", "holds", "period", "said"),
    [
        ("month", "day", "2023-04", "is of type text, no date or time"),
        ("day", "period", "2023-04", "is of type date, no text"),
        ("number", "period", "2023-Q1", "cannot hold a quarter"),
        ("nothing", "day", "2023-04", "no such column"),
    ],
)
def test_a_column_that_cannot_hold_periods(
    moments: Postgres, tmp_path: Path, column: str, holds: str, period: str, said: str
) -> None:
    asked = source(moments, table="police.moments", periods=MONTHS, period_column=column, period_holds=holds)
    with pytest.raises(PullError, match=said):
        fetch(asked, tmp_path, period)


def test_rows_of_no_period_do_not_vanish_unsaid(postgres: Postgres, tmp_path: Path) -> None:
    postgres.sql(
        "create table police.undated (id int primary key, day date)",
        "insert into police.undated values (1, '2023-04-05'), (2, null)",
    )
    asked = {"table": "police.undated", "periods": MONTHS, "period_column": "day"}
    with pytest.raises(PullError, match="rows that belong to no period"):
        fetch(source(postgres, **asked), tmp_path / "1", "2023-04")
    assert len(rows(fetch(source(postgres, **asked, undated="leave_out"), tmp_path / "2", "2023-04"))) == 1
