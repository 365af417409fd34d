"""The asset graph as a whole: what each asset says of itself, groups that lead one way, and one gate before the release."""

from __future__ import annotations

from graphlib import TopologicalSorter

import dagster as dg
import pytest

from sga_pipeline.home import Home
from sga_pipeline.orchestration.conform_assets import conformed_key
from sga_pipeline.orchestration.contract_facts import lineage_from_feeds, staging_lineage
from sga_pipeline.orchestration.definitions import definitions
from sga_pipeline.orchestration.pull_assets import raw_key
from sga_pipeline.orchestration.release_assets import GATE, RELEASE
from sga_pipeline.orchestration.scope import Scope
from sga_pipeline.warehouse.published_relations import published_relations
from tests.city_folder import write_city

CITIES = ("xx_alba", "xx_birka", "xx_celje")
# A feed of one city is the business of that city; these are the stages that all cities share.
STAGES = [
    "conformed",
    "measures",
    "indicators",
    "observations",
    "evidence",
    "gap_rules",
    "gaps",
    "summaries",
    "release",
]


@pytest.fixture(scope="module")
def scope(tmp_path_factory: pytest.TempPathFactory) -> Scope:
    folder = tmp_path_factory.mktemp("cities")
    return Scope(Home(folder / "home"), tuple(write_city(folder, city_id=one) for one in CITIES))


@pytest.fixture(scope="module")
def specs(scope: Scope) -> dict[dg.AssetKey, dg.AssetSpec]:
    return {spec.key: spec for spec in definitions(scope).resolve_all_asset_specs()}


def sources_of(spec: dg.AssetSpec) -> set[dg.AssetKey]:
    return {dep.asset_key for dep in spec.deps}


def test_every_asset_is_described_and_so_is_every_column(specs: dict[dg.AssetKey, dg.AssetSpec]) -> None:
    assert len(specs) > 150
    bare = [
        f"{key.to_user_string()}: {column.name if column else 'no columns'}"
        for key, spec in specs.items()
        for column in (spec.metadata["dagster/column_schema"].columns or [None])
        # What the columns of the run records mean stands in docs/handovers.md.
        if column is None or not (column.description or key.path[-1] == "run_records")
    ]
    assert bare == []
    assert [key.to_user_string() for key, spec in specs.items() if not (spec.description or "").strip()] == []


def test_a_seed_s_columns_have_their_types(specs: dict[dg.AssetKey, dg.AssetSpec]) -> None:
    columns = {
        one.name: one
        for one in specs[dg.AssetKey(["catalogue", "thresholds"])].metadata["dagster/column_schema"].columns
    }
    assert (columns["low"].type, columns["metric"].type) == ("double", "varchar")
    assert columns["metric"].description == "The figure that is graded."


def test_groups_lead_from_left_to_right(specs: dict[dg.AssetKey, dg.AssetSpec]) -> None:
    """No group leads back to an earlier one, so each has one place; and they stay few however many cities there are."""
    behind: dict[str, set[str]] = {}
    for spec in specs.values():
        assert spec.group_name
        groups = {str(specs[key].group_name) for key in sources_of(spec)} - {spec.group_name}
        behind.setdefault(spec.group_name, set()).update(groups)
    order = list(TopologicalSorter(behind).static_order())
    assert [one for one in order if one in STAGES] == STAGES
    assert set(order) == {*STAGES, "police", "pull", "catalogue", "checks"}


def test_the_release_hangs_on_one_gate(specs: dict[dg.AssetKey, dg.AssetSpec]) -> None:
    assert sources_of(specs[RELEASE]) == {GATE}
    assert len(sources_of(specs[GATE])) < 15
    reached, waiting = {GATE}, [GATE]
    while waiting:
        new = sources_of(specs[waiting.pop()]) - reached
        reached |= new
        waiting += new
    published = {dg.AssetKey([one.schema, one.name]) for one in published_relations()}
    assert published <= reached


def test_a_conformed_column_comes_from_the_columns_of_its_feeds(scope: Scope) -> None:
    [plan] = scope.assessment.city("xx_alba").feeds
    raw = raw_key("xx_alba", plan.id)
    found = lineage_from_feeds(plan.shape, {raw: plan.feed}).deps_by_column
    assert found["occurred_on"] == [dg.TableColumnDep(raw, "date")]
    assert found["iccs_code"] == [dg.TableColumnDep(raw, "offence")]
    # No feed has it.
    assert found["location_type"] == []


def test_an_attempt_changes_the_class_in_staging(scope: Scope) -> None:
    key = conformed_key("crime_events")
    found = staging_lineage(scope.assessment.shapes["crime_events"], key).deps_by_column
    assert found["area_id"] == [dg.TableColumnDep(key, "area_id")]
    assert {one.column_name for one in found["iccs_code"]} == {"iccs_code", "attempted"}


def test_staging_has_the_columns_of_its_shape(scope: Scope, specs: dict[dg.AssetKey, dg.AssetSpec]) -> None:
    """The lineage says so of every one of them."""
    for shape in scope.assessment.shapes.values():
        columns = specs[dg.AssetKey(["staging", f"stg_{shape.id}"])].metadata["dagster/column_schema"].columns
        names = {one.name for one in columns}
        assert set(staging_lineage(shape, conformed_key(shape.id)).deps_by_column) == names - {"city_id", "feed_id"}
