"""The warehouse: dbt's models as assets. Built whole, and only when something it is built from has changed."""

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg

from sga_pipeline.orchestration.city_partitions import city_of, city_partitions
from sga_pipeline.orchestration.code_links import code_links
from sga_pipeline.orchestration.conform_assets import conformed_key
from sga_pipeline.orchestration.contract_facts import staging_lineage
from sga_pipeline.orchestration.dagster_internals.dagster_dbt_alone import (
    DagsterDbtTranslator,
    DagsterDbtTranslatorSettings,
    DbtProject,
    dbt_assets,
)
from sga_pipeline.orchestration.dagster_internals.dbt_invocation import stream_dbt
from sga_pipeline.orchestration.scope import HOME, Scope
from sga_pipeline.paths import DBT_PROJECT
from sga_pipeline.publish.up_to_date import is_out_of_date
from sga_pipeline.warehouse.built_relations import BuiltRelation, built_relations
from sga_pipeline.warehouse.dbt_entry import BUILD_FOLDER, CITY
from sga_pipeline.warehouse.fresh_warehouse import fresh_warehouse, is_built
from sga_pipeline.warehouse.manifest import PROGRAMME_MODELS, city_manifest, copy_parsed_project

# Nobody reads the manifest, the results and the second log that dbt would write anew; they cost a tenth of a build.
NOT_WRITTEN = ["--no-write-json", "--log-level-file", "none"]

# The published tables, what they rest on, the findings, and the results of expectations.
PUBLISHED = {"main", "evidence", "gaps", "expectations"}

# Whatever part of it was selected, a warehouse built from nothing needs every model and seed.
BUILD = [*NOT_WRITTEN, "build", "--full-refresh", "--exclude-resource-type", "unit_test", "--exclude", PROGRAMME_MODELS]


# What dagster-dbt writes for the type of a column that has none declared.
UNDECLARED = "?"


class Translator(DagsterDbtTranslator):
    """An asset is named after its schema and table. The dbt project says which group shows it."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        if dbt_resource_props["resource_type"] == "source":
            return super().get_asset_key(dbt_resource_props)
        return dg.AssetKey([_room(dbt_resource_props), dbt_resource_props.get("alias") or dbt_resource_props["name"]])

    def get_description(self, dbt_resource_props: Mapping[str, Any]) -> str:
        # A seed has no SQL, and Dagster would leave an empty heading for it.
        if dbt_resource_props["resource_type"] == "seed":
            return str(dbt_resource_props["description"])
        return super().get_description(dbt_resource_props)

    def get_metadata(self, dbt_resource_props: Mapping[str, Any]) -> Mapping[str, Any]:
        file = DBT_PROJECT / dbt_resource_props["original_file_path"]
        described = super().get_metadata(_with_types(dbt_resource_props))
        return {**described, **code_links({dbt_resource_props["resource_type"]: file})}


def _room(props: Mapping[str, Any]) -> str:
    """The folder below models/, or the catalogue for seeds."""
    if props["resource_type"] == "seed":
        return "catalogue"
    return str(props["fqn"][1]) if len(props["fqn"]) > 2 else "warehouse"


def _with_types(props: Mapping[str, Any]) -> Mapping[str, Any]:
    """A seed has the types of its columns in the settings of the project, apart from their descriptions."""
    types = props["config"].get("column_types") or {}
    columns = props["columns"].items()
    return {
        **props,
        "columns": {name: {**one, "data_type": types.get(name, one["data_type"])} for name, one in columns},
    }


def warehouse_assets(scope: Scope) -> dg.AssetsDefinition:
    """All models in one op: dbt decides their order, and its tests show as checks."""
    project = DbtProject(project_dir=DBT_PROJECT, profiles_dir=DBT_PROJECT)
    translator = Translator(
        settings=DagsterDbtTranslatorSettings(enable_asset_checks=True, enable_duplicate_source_asset_keys=True)
    )
    manifest = city_manifest()

    @dbt_assets(
        manifest=manifest,
        project=project,
        dagster_dbt_translator=translator,
        name="warehouse",
        partitions_def=city_partitions(scope),
    )
    def warehouse(context: dg.AssetExecutionContext) -> Iterator[Any]:
        city_id = city_of(scope, context).id
        if not _must_build(scope, city_id) and not context.run.tags.get("sga/rebuild"):
            context.log.info("Nothing has changed since the current release; the warehouse is left as it is.")
            return
        target = scope.home.dbt_target(city_id)
        target.mkdir(parents=True, exist_ok=True)
        built: list[dg.Output[Any]] = []
        with scope.home.lock(city_id):
            with fresh_warehouse(scope.home, city_id) as folder:
                copy_parsed_project(target)
                for event in stream_dbt(
                    BUILD,
                    context=context,
                    project=project,
                    translator=translator,
                    manifest=manifest,
                    target=target,
                    environment={HOME: str(scope.home.path), CITY: city_id, BUILD_FOLDER: str(folder)},
                ):
                    # A table is there when the warehouse is: a build that fails halfway takes all its tables with it.
                    if isinstance(event, dg.Output):
                        built.append(event)
                    else:
                        yield event
            relations = built_relations(scope.home.warehouse(city_id))
        for one in built:
            key = context.asset_key_for_output(one.output_name)
            facts = _facts(scope, context.assets_def.specs_by_key[key], relations[key.path[0], key.path[1]])
            yield one.with_metadata({**one.metadata, **facts})

    return warehouse


def _must_build(scope: Scope, city_id: str) -> bool:
    """Whether a release would differ from the current one, or the warehouse to publish from is missing."""
    return is_out_of_date(scope.home, city_id) or not is_built(scope.home, city_id)


def _facts(scope: Scope, spec: dg.AssetSpec, built: BuiltRelation) -> dict[str, Any]:
    """The rows of a table, the types of columns that the project does not declare, and what they come from."""
    facts: dict[str, Any] = {"dagster/row_count": built.rows}
    columns = spec.metadata["dagster/column_schema"].columns
    if any(one.type == UNDECLARED for one in columns):
        typed = [dg.TableColumn(one.name, built.types.get(one.name, one.type), one.description) for one in columns]
        facts["dagster/column_schema"] = dg.TableSchema(typed)
    schema, table = spec.key.path
    # Only staging follows from contracts. That of other models stands in SQL, and what reads it there errs (ADR 16).
    if schema == "staging":
        shape = scope.assessment.shapes[table.removeprefix("stg_")]
        facts["dagster/column_lineage"] = staging_lineage(shape, conformed_key(shape.id))
    return facts


def last_published(warehouse: dg.AssetsDefinition) -> list[dg.AssetKey]:
    """Of what a release publishes the tables that no other table of the warehouse is made from: all the rest is behind them."""
    published = {key for key in warehouse.keys if key.path[0] in PUBLISHED}
    behind = {source for key, sources in warehouse.asset_deps.items() if key.path[0] in PUBLISHED for source in sources}
    return sorted(published - behind)
