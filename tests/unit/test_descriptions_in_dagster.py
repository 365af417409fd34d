"""What the dbt project says of a table is what a person reads in Dagster: the description, and every column with its type."""

from __future__ import annotations

import json

import dagster as dg

from sga_pipeline.orchestration.warehouse_assets import Translator
from sga_pipeline.warehouse.manifest import fresh_manifest


def test_tables_and_columns_are_described_in_the_graph() -> None:
    manifest = json.loads(fresh_manifest().read_text(encoding="utf-8"))
    spec = Translator().get_asset_spec(manifest, "model.sga.observations", None)
    assert spec.key == dg.AssetKey(["main", "observations"])
    assert (spec.description or "").startswith("Every value that the assessment has")
    columns = {one.name: one for one in spec.metadata["dagster/column_schema"].columns}
    assert columns["freq"].type == "varchar"
    assert (
        columns["freq"].description.strip() == "The frequency of the period, by SDMX: A a year, Q a quarter, M a month."
    )
