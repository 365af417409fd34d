"""The warehouse file: built in a folder of its own, and put in place when it is complete."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from sga_pipeline.home import Home
from sga_pipeline.warehouse.fresh_warehouse import fresh_warehouse, is_built


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    made.prepare()
    return made


def build(folder: Path, city_id: str) -> None:
    with duckdb.connect(str(folder / "warehouse.duckdb")) as con:
        con.execute("create table main.cities as select ? as city_id", [city_id])


def test_it_takes_its_place_when_it_is_complete(home: Home) -> None:
    with fresh_warehouse(home, "xx_one") as folder:
        build(folder, "xx_one")
        assert not is_built(home, "xx_one")
    assert is_built(home, "xx_one") and not is_built(home, "xx_two")
    assert list(home.scratch("xx_one").iterdir()) == []


def test_nothing_of_the_one_before_is_left(home: Home) -> None:
    for table in ("before", "after"):
        with fresh_warehouse(home, "xx_one") as folder:
            build(folder, "xx_one")
            with duckdb.connect(str(folder / "warehouse.duckdb")) as con:
                con.execute(f"create table {table} (a int)")
    with duckdb.connect(str(home.warehouse("xx_one")), read_only=True) as con:
        names = con.execute("select table_name from duckdb_tables() order by all").fetchall()
    assert names == [("after",), ("cities",)]


def test_a_city_s_warehouse_leaves_that_of_another_alone(home: Home) -> None:
    for city_id in ("xx_one", "xx_two"):
        with fresh_warehouse(home, city_id) as folder:
            build(folder, city_id)
    assert is_built(home, "xx_one") and is_built(home, "xx_two")


def test_a_build_that_fails_leaves_no_warehouse(home: Home) -> None:
    """Half a warehouse must not be published from; the next run builds it again."""
    with pytest.raises(RuntimeError, match="a model failed"), fresh_warehouse(home, "xx_one") as folder:
        build(folder, "xx_one")
        raise RuntimeError("a model failed")
    assert not home.warehouse("xx_one").exists()
    assert not is_built(home, "xx_one")


def test_a_reader_of_the_one_before_reads_on(home: Home) -> None:
    with fresh_warehouse(home, "xx_one") as folder:
        build(folder, "xx_one")
    with duckdb.connect(str(home.warehouse("xx_one")), read_only=True) as reader:
        with fresh_warehouse(home, "xx_one") as folder:
            build(folder, "xx_two")
        assert reader.execute("select city_id from main.cities").fetchall() == [("xx_one",)]
    assert not is_built(home, "xx_one")


def test_what_dbt_left_in_the_log_is_not_lost(home: Home) -> None:
    with fresh_warehouse(home, "xx_one") as folder:
        con = duckdb.connect(str(folder / "warehouse.duckdb"))
        con.execute("set checkpoint_threshold = '1GB'; pragma disable_checkpoint_on_shutdown")
        con.execute("create table main.cities as select 'xx_one' as city_id")
        con.close()
        assert (folder / "warehouse.duckdb.wal").exists()
    assert is_built(home, "xx_one")
    assert [one.name for one in home.warehouse("xx_one").parent.iterdir()] == ["xx_one.duckdb"]


def test_a_file_that_is_no_warehouse_holds_no_city(home: Home) -> None:
    home.warehouse("xx_one").write_text("not a database")
    assert not is_built(home, "xx_one")
