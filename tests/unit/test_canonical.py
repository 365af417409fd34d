"""The canonical hash depends on what a table says, and on nothing else."""

from __future__ import annotations

import duckdb
import pytest

from sga_pipeline.publish.canonical import canonical_hash, view_hash

ROWS = "select i as n, i / 7.0 as x, case when i % 5 > 0 then 'row ' || i end as t, date '2020-01-01' + i::integer as d from range(5000) as r(i)"


def hash_of(sql: str, *settings: str) -> str:
    with duckdb.connect() as con:
        for one in settings:
            con.execute(f"set {one}")
        con.execute(f"create table t as {sql}")
        return canonical_hash(con, "t")


@pytest.mark.parametrize(
    "settings", [["threads = 1"], ["threads = 7"], ["TimeZone = 'Asia/Tokyo'"], ["preserve_insertion_order = false"]]
)
def test_settings_change_nothing(settings: list[str]) -> None:
    assert hash_of(ROWS, *settings) == hash_of(ROWS)


def test_the_order_of_rows_changes_nothing() -> None:
    assert hash_of(f"{ROWS} order by hash(n)") == hash_of(ROWS)


@pytest.mark.parametrize(
    "changed",
    [
        ROWS.replace("i / 7.0", "i / 7.000001"),
        ROWS.replace("'row '", "'Row '"),
        ROWS.replace("as n", "as m"),
        ROWS.replace("end as t", "else '' end as t"),
        f"{ROWS} union all select 1, 1 / 7.0, 'row 1', date '2020-01-02'",
        f"{ROWS} where n > 0",
    ],
)
def test_any_change_of_content_changes_it(changed: str) -> None:
    assert hash_of(changed) != hash_of(ROWS)


def test_zero_nothing_and_the_empty_text_differ() -> None:
    texts = {hash_of(f"select {one} as t") for one in ("''", "null::varchar", "'0'")}
    numbers = {hash_of(f"select {one} as t") for one in ("0.0::double", "null::double")}
    assert len(texts) == 3
    assert len(numbers) == 2


def test_a_view_is_the_same_in_whatever_order_it_leaves_columns_out() -> None:
    """DuckDB keeps no order of them: a file that is opened again may say them in another one."""
    first, other = (_view_hash(f"select * exclude ({names}) from t") for names in ("a, b, c", "c, a, b"))
    assert first == other
    assert first != _view_hash("select * exclude (a, b) from t")


def _view_hash(sql: str) -> str:
    with duckdb.connect() as con:
        con.execute("create table t as select 1 as a, 2 as b, 3 as c, 4 as d")
        con.execute(f"create view v as {sql}")
        return view_hash(con, "main", "v")
