"""What arrives from a table: every value as the database itself writes it, in one order, as the same bytes each time."""

from __future__ import annotations

import csv
import hashlib
import io
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from sga_pipeline.errors import PullError
from tests.stores.postgres import Postgres
from tests.stores.reading import cells, fetch, rows, source

# Every kind of column, and the values that are easily lost.
KINDS = """
create type police.colour as enum ('red', 'green');
create domain police.code as varchar(8);
create table police.kinds (
  id bigint primary key, small smallint, yes boolean, exact numeric, cents numeric(12,2), half real, double double precision,
  day date, clock timestamp, moment timestamptz, words text, "Quo""te; %s :x" text, padded char(5), tint police.colour,
  coded police.code, doc jsonb, list int[], span interval, hour time, uid uuid, address inet, range daterange, spell tstzrange
);
insert into police.kinds (id) values (9223372036854775807);
insert into police.kinds values
 (0, 0, false, 0, 0, 0, 0, '1900-02-28', '2023-03-12 02:30:00', '2023-03-12 02:30:00+05:45', '', '', '', 'red', '', '{}', '{}', '0', '00:00', '00000000-0000-0000-0000-000000000000', '0.0.0.0', 'empty', 'empty'),
 (-1, -32768, true, 'NaN', 0.10, 1.1, 0.1, '9999-12-31', '1582-10-15 00:00:00.000001', '2023-12-31 23:59:59.999999+00', E'a\\tb\\nc\\\\N"q'',;', 'x', 'ab', 'green', '0101', '{"ñ": [1, null]}', '{1,NULL,3}', '1 mon 2 days 03:04:05.5', '23:59:59.999999', '11111111-2222-3333-4444-555555555555', '2001:db8::1', '[2023-01-01,2023-02-01)', '[2023-01-01 00:00+00,)'),
 (7, 1, null, 12345678901234567890123456789.000000000000000000001, -9999999999.99, 3.4e38, 1e-300, '2024-02-29', '2024-02-29 12:00', '2024-06-30 00:00+14', U&'\\+01F600 São Tomé \\0645', E'\\\\N', 'ñandú', null, null, 'null', null, null, null, null, null, null, null);
"""
# Compared as values, since their text is written in more than one right way.
TYPED = {"yes": "bool", "half": "float", "double": "float", "clock": "moment", "moment": "moment"}


@pytest.fixture(scope="module")
def kinds(postgres: Postgres) -> Postgres:
    postgres.sql(KINDS)
    return postgres


def test_every_value_is_what_the_servers_own_copy_says(kinds: Postgres, tmp_path: Path) -> None:
    path = fetch(source(kinds, table="police.kinds"), tmp_path)
    header, read = cells(path)
    copied = kinds.psql(
        "set timezone = 'UTC'; set datestyle = 'ISO'; set intervalstyle = 'iso_8601';"
        "copy (select * from police.kinds order by id) to stdout with (format csv, header, force_quote *, null '<null>')"
    )
    head, *expected = list(csv.reader(io.StringIO(copied.decode("utf-8"), newline="")))
    assert list(header) == head and len(read) == len(expected) == 4
    for got, want in zip(read, expected, strict=True):
        for name, one, other in zip(header, got, want, strict=True):
            if other == "<null>":
                assert one is None, name
            elif TYPED.get(name) == "bool":
                assert one == {"t": "true", "f": "false"}[other], name
            elif TYPED.get(name) == "float":
                assert float(one or "x") == pytest.approx(float(other), rel=1e-7), name
            elif TYPED.get(name) == "moment":
                assert datetime.fromisoformat(one or "x") == datetime.fromisoformat(other), name
            elif name == "padded":
                assert one == other and (one is None or len(one) == 5), name
            else:
                assert one == other, name


def test_types_are_kept_and_missing_is_neither_zero_nor_empty(kinds: Postgres, tmp_path: Path) -> None:
    path = fetch(source(kinds, table="police.kinds"), tmp_path)
    types = {field.name: str(field.type) for field in pq.read_schema(path)}
    assert [types[one] for one in ("id", "yes", "exact", "day", "clock", "moment", "double", "words")] == [
        "int64",
        "bool",
        "string",
        "date32[day]",
        "timestamp[us]",
        "timestamp[us, tz=UTC]",
        "double",
        "string",
    ]
    found = {row["id"]: row for row in pq.read_table(path).to_pylist()}
    assert list(found) == [-1, 0, 7, 9223372036854775807]
    assert all(value is None for name, value in found[9223372036854775807].items() if name != "id")
    assert found[0]["words"] == "" and found[0]["small"] == 0 and found[0]["yes"] is False
    assert Decimal(found[7]["exact"]) == Decimal("12345678901234567890123456789.000000000000000000001")
    assert found[-1]["moment"] == datetime(2023, 12, 31, 23, 59, 59, 999999, UTC)
    assert found[0]["moment"] == datetime(2023, 3, 11, 20, 45, tzinfo=UTC)
    assert found[-1]["day"] == date(9999, 12, 31) and found[-1]["cents"] == "0.10"


def test_the_same_rows_are_the_same_bytes_wherever_they_lie(postgres: Postgres, tmp_path: Path) -> None:
    postgres.sql(
        "create table police.one (id int primary key, a text, b float)",
        "create table police.other (id int primary key, a text, b float)",
        "insert into police.one select n, repeat('x', n % 300), n / 3.0 from generate_series(1, 120000) n",
        "insert into police.other select * from police.one order by random()",
        "update police.other set a = a || '' where id % 3 = 0",
    )
    first, second = (
        hashlib.sha256(fetch(source(postgres, table=f"police.{name}"), tmp_path / name).read_bytes()).hexdigest()
        for name in ("one", "other")
    )
    assert first == second
    assert pq.read_metadata(tmp_path / "one" / "table.parquet").num_rows == 120000
    postgres.sql("update police.other set a = 'y' where id = 60000")
    third = hashlib.sha256(fetch(source(postgres, table="police.other"), tmp_path / "third").read_bytes()).hexdigest()
    assert third != first


def test_columns_asked_for_in_their_order_and_the_key_stays_home(postgres: Postgres, tmp_path: Path) -> None:
    asked = source(postgres, columns=["occurred_on", "offence"], order_by=["id"])
    header, read = cells(fetch(asked, tmp_path))
    assert header == ("occurred_on", "offence") and len(read) == 5000
    assert read[0] == ("2023-01-02", "offence 1") and read[-1] == ("2023-09-13", "offence 5000")


def test_an_empty_table_still_has_its_header(postgres: Postgres, tmp_path: Path) -> None:
    postgres.sql("create table police.nothing (id int primary key, a text)")
    assert cells(fetch(source(postgres, table="police.nothing"), tmp_path)) == (("id", "a"), [])


def test_columns_that_come_and_go_show_in_the_header(postgres: Postgres, tmp_path: Path) -> None:
    postgres.sql("create table police.moving (id int primary key, a text)", "insert into police.moving values (1, 'x')")
    asked = source(postgres, table="police.moving")
    assert cells(fetch(asked, tmp_path / "1"))[0] == ("id", "a")
    postgres.sql("alter table police.moving add b int", "alter table police.moving drop a")
    assert cells(fetch(asked, tmp_path / "2"))[0] == ("id", "b")
    with pytest.raises(PullError, match=r"no such column; it has id, b \[a\]"):
        fetch(source(postgres, table="police.moving", columns=["id", "a"]), tmp_path / "3")


def test_rows_without_a_fixed_order_are_refused(postgres: Postgres, tmp_path: Path) -> None:
    postgres.sql(
        "create table police.ties (a int, b int)",
        "insert into police.ties select n / 2, n from generate_series(0, 1999) n",
    )
    with pytest.raises(PullError, match=r"several rows share one key.*\[a\]"):
        fetch(source(postgres, table="police.ties", order_by=["a"]), tmp_path / "1")
    assert len(rows(fetch(source(postgres, table="police.ties", order_by=["a", "b"]), tmp_path / "2"))) == 2000


def test_what_is_no_plain_value_comes_only_as_declared(postgres: Postgres, tmp_path: Path) -> None:
    # A function of that name stands in for PostGIS, which is not installed here.
    postgres.sql(
        "create function public.st_astext(point) returns text language sql immutable as $$ select 'POINT(' || $1[0] || ' ' || $1[1] || ')' $$",
        "create table police.odd (id int primary key, photo bytea, place point, until date)",
        "insert into police.odd values (1, '\\x00ff10', '(1.5,-2)', 'infinity'), (2, '', null, '0044-03-15 BC')",
    )
    with pytest.raises(PullError, match=r"no plain value \[photo\]"):
        fetch(source(postgres, table="police.odd"), tmp_path / "1")
    with pytest.raises(PullError, match=r"no plain value \[place\]"):
        fetch(source(postgres, table="police.odd", read_as={"photo": "hex"}), tmp_path / "2")
    declared = {"photo": "hex", "place": "wkt"}
    with pytest.raises(PullError, match="outside the years 1 to 9999"):
        fetch(source(postgres, table="police.odd", read_as=declared), tmp_path / "3")
    read = rows(fetch(source(postgres, table="police.odd", read_as=declared | {"until": "text"}), tmp_path / "4"))
    assert read == [(1, "00ff10", "POINT(1.5 -2)", "infinity"), (2, "", None, "0044-03-15 BC")]


def test_views_and_only_the_rows_allowed(postgres: Postgres, tmp_path: Path) -> None:
    postgres.sql("create view police.some as select id, offence, id % 3 as kind from police.incidents")
    asked = source(postgres, table="police.some", where=[{"column": "kind", "in": [0, 2]}])
    read = rows(fetch(asked, tmp_path))
    assert len(read) == 3333 and {row[2] for row in read} == {0, 2}
