"""What a release publishes is declared once, in the dbt project: described, typed, keyed and under a contract."""

from __future__ import annotations

import pytest

from sga_pipeline.warehouse.published_relations import (
    SCHEMAS,
    Relation,
    programme_relations,
    programme_sources,
    published_relations,
)
from sga_pipeline.warehouse.tables_page import PAGE, page

# Every type that a reader of DuckDB, Parquet or CSV takes for what it is; wider ones lose digits in Parquet.
TYPES = {"varchar", "boolean", "integer", "bigint", "double", "date", "timestamp", "varchar[]"}
FOR_PEOPLE = {
    *("areas", "checks", "cities", "comparisons", "deliveries", "gap_texts", "gaps", "headline", "indicators"),
    *("map", "observations", "ranking", "scores", "sources", "wide"),
}


@pytest.fixture(scope="module")
def relations() -> list[Relation]:
    return published_relations()


def test_the_tables_for_people_are_about_a_dozen(relations: list[Relation]) -> None:
    main = {one.name for one in relations if one.schema == "main"}
    assert main >= FOR_PEOPLE
    assert len(main) <= 18
    assert {one.schema for one in relations} == set(SCHEMAS)


def test_a_name_is_used_once(relations: list[Relation]) -> None:
    names = [one.name for one in relations]
    assert len(names) == len(set(names))


def test_every_table_has_a_contract_a_key_and_a_sentence(relations: list[Relation]) -> None:
    assert [one.label for one in relations if not one.has_contract] == []
    assert [one.label for one in relations if not one.description.endswith(".")] == []
    assert [one.label for one in relations if not set(one.key) or set(one.key) - {c.name for c in one.columns}] == []


def test_every_column_has_a_type_no_wider_than_bigint_or_double_and_a_sentence(relations: list[Relation]) -> None:
    columns = [(one.label, column) for one in relations for column in one.columns]
    assert [(label, column.name, column.type) for label, column in columns if column.type not in TYPES] == []
    assert [(label, column.name) for label, column in columns if not column.description.endswith(".")] == []


def test_the_page_of_tables_is_fresh(relations: list[Relation]) -> None:
    assert PAGE.read_text(encoding="utf-8") == page(relations, programme())


def programme() -> list[Relation]:
    return [*programme_relations(), *programme_sources()]


def test_what_the_programme_publishes_is_declared_as_well() -> None:
    """Its tables are made without dbt, which therefore enforces nothing; the stage compares them with what is declared."""
    columns = [(one.label, column) for one in programme() for column in one.columns]
    assert [(label, column.name) for label, column in columns if column.type not in TYPES] == []
    assert [(label, column.name) for label, column in columns if not column.description.endswith(".")] == []
    assert [one.label for one in programme() if not set(one.key) or set(one.key) - {c.name for c in one.columns}] == []
    assert len({one.name for one in programme()}) == len(programme())
