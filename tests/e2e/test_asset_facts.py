"""What a run leaves in Dagster on each asset: the rows of every table, the types of its columns, and where they come from."""

from __future__ import annotations

import dagster as dg
import duckdb
import pytest

from tests.runs import Run

FEED = "raw/xx_port_alder/"


@pytest.fixture(scope="module")
def recorded(demo: Run) -> dict[str, dict[str, dg.MetadataValue]]:
    """The metadata of the newest materialization of each asset; of a feed those of its newest observation."""
    found: dict[str, dict[str, dg.MetadataValue]] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DAGSTER_HOME", str(demo.home / "dagster"))
        with dg.DagsterInstance.get() as instance:
            for key in instance.get_asset_keys():
                name = key.to_user_string()
                kept = (
                    instance.fetch_observations(key, limit=1).records
                    if name.startswith(FEED)
                    else instance.fetch_materializations(key, limit=1).records
                )
                event = (
                    (kept[0].asset_observation if name.startswith(FEED) else kept[0].asset_materialization)
                    if kept
                    else None
                )
                found[name] = dict(event.metadata) if event else {}
    return found


def test_every_asset_has_its_rows(demo: Run, recorded: dict[str, dict[str, dg.MetadataValue]]) -> None:
    assert len(recorded) > 190
    assert [name for name, metadata in recorded.items() if "dagster/row_count" not in metadata] == []
    with duckdb.connect(str(demo.home / "warehouse" / "xx_port_alder.duckdb"), read_only=True) as con:
        for name in (
            "main/observations",
            "main/headline",
            "staging/stg_deaths",
            "measures/cells",
            "indicators/ind_4_crime",
            "indicators/kind_rate",
            "evidence/g11_disaggregation",
            "evidence/row_ledger",
            "catalogue/thresholds",
        ):
            [[rows]] = con.execute(f"select count(*) from {name.replace('/', '.')}").fetchall()
            assert recorded[name]["dagster/row_count"].value == rows > 0, name
    [[rows_in]] = demo.rows("select sum(rows_in) from deliveries where feed_id = 'death_register' and accepted")
    assert recorded[f"{FEED}death_register"]["dagster/row_count"].value == rows_in
    tables = recorded["release/gate"]["tables"].value
    assert len(tables.records) == recorded["release/gate"]["dagster/row_count"].value > 90


def test_a_column_without_a_declared_type_has_the_one_it_was_built_with(
    recorded: dict[str, dict[str, dg.MetadataValue]],
) -> None:
    undeclared = [
        f"{name}: {column.name}"
        for name, metadata in recorded.items()
        if name.split("/")[0] in {"measures", "indicators", "gaps", "expectations"}
        for column in metadata["dagster/column_schema"].value.columns
        if column.type == "?"
    ]
    assert undeclared == []
    columns = recorded["indicators/kind_rate"]["dagster/column_schema"].value.columns
    assert {one.name: one.type for one in columns}["start"] == "date"


def test_columns_lead_back_to_the_deliveries(recorded: dict[str, dict[str, dg.MetadataValue]]) -> None:
    staged = recorded["staging/stg_deaths"]["dagster/column_lineage"].value.deps_by_column
    assert staged["sex"] == [dg.TableColumnDep(dg.AssetKey(["conformed", "deaths"]), "sex")]
    conformed = recorded["conformed/deaths"]["dagster/column_lineage"].value.deps_by_column
    assert {one.asset_key.to_user_string() for one in conformed["sex"]} == {f"{FEED}death_register"}
