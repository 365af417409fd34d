"""What a warehouse knows of its tables and views, and what the gate before a release asks of them."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from sga_pipeline.errors import SgaError
from sga_pipeline.warehouse.built_relations import built_relations
from sga_pipeline.warehouse.published_relations import Relation
from sga_pipeline.warehouse.published_rows import published_rows

WAREHOUSE = """
create schema catalogue; create schema indicators; create schema gaps; create schema evidence;
create table catalogue.indicator_catalogue as from (values ('a', 1), ('b', 4), ('c', 4)) as t(indicator_id, category_no);
create table indicators.values_of_kinds as select ['a', 'b', 'c'][1 + n % 3] as indicator_id from range(5000) as r(n);
create view indicators.indicator_values as from indicators.values_of_kinds;
create view indicators.ind_1_people as from indicators.indicator_values where indicator_id = 'a';
create view indicators.ind_4_crime as from indicators.indicator_values where indicator_id in ('b', 'c');
create view indicators.ind_5_drugs as from indicators.indicator_values where false;
create view indicators.kind_rate as from indicators.indicator_values limit 7;
create view evidence.g08a_methods as from (values ('blanks'), ('blanks')) as t(rule_id);
create view evidence.g08b_platforms as from (values ('ids')) as t(rule_id) where false;
create table gaps.findings_of_expectations as from (values ('sums')) as t(rule_id);
create table gaps.all_findings as
from (values ('G08a', 'blanks'), ('G08a', 'blanks'), ('G08a', 'sums')) as t(gap_code, rule_id);
create table main.cities as select 'xx_small' as city_id;
create view main.headline as from main.cities;
"""


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    file = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(file)) as con:
        con.execute(WAREHOUSE)
    return file


def relation(name: str, *, is_view: bool = False) -> Relation:
    return Relation("main", name, is_view, True, "", (), ())


def test_every_table_and_view_is_counted_as_a_query_would(warehouse: Path) -> None:
    counted = {name: one.rows for name, one in built_relations(warehouse).items()}
    with duckdb.connect(str(warehouse), read_only=True) as con:
        names = con.execute("select table_schema, table_name from information_schema.tables").fetchall()
        asked = {
            (schema, name): con.execute(f'select count(*) from "{schema}"."{name}"').fetchall()[0][0]
            for schema, name in names
        }
    assert counted == asked
    assert counted["indicators", "ind_4_crime"] > counted["indicators", "ind_1_people"] > 0
    assert counted["evidence", "g08a_methods"] == 2


def test_a_view_has_the_types_of_its_columns(warehouse: Path) -> None:
    found = built_relations(warehouse)
    assert found["indicators", "ind_4_crime"].types == {"indicator_id": "varchar"}
    assert found["catalogue", "indicator_catalogue"].types == {"indicator_id": "varchar", "category_no": "integer"}


def test_the_gate_lists_what_is_published(warehouse: Path) -> None:
    cities, headline = relation("cities"), relation("headline", is_view=True)
    assert published_rows(warehouse, "xx_small", [cities, headline]) == {cities: 1, headline: None}


def test_the_gate_names_what_is_missing(warehouse: Path) -> None:
    with pytest.raises(SgaError, match=r"the table \[ranking\] is missing"):
        published_rows(warehouse, "xx_small", [relation("cities"), relation("ranking")])
    with pytest.raises(SgaError, match=r"not that of the city \[xx_other\]"):
        published_rows(warehouse, "xx_other", [relation("cities")])
    with pytest.raises(SgaError, match=r"no warehouse of the city \[xx_small\]"):
        published_rows(warehouse.with_name("none.duckdb"), "xx_small", [relation("cities")])
