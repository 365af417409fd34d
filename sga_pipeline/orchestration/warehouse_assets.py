"""The warehouse: dbt's models as assets. Built whole, and only when something it is built from has changed."""

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg

from sga_pipeline.orchestration.city_partitions import city_of, city_partitions
from sga_pipeline.orchestration.code_links import code_links
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
from sga_pipeline.warehouse.dbt_entry import BUILD_FOLDER, CITY
from sga_pipeline.warehouse.fresh_warehouse import fresh_warehouse, is_built
from sga_pipeline.warehouse.manifest import PROGRAMME_MODELS, city_manifest, copy_parsed_project

# Nobody reads the manifest, the results and the second log that dbt would write anew; they cost a tenth of a build.
NOT_WRITTEN = ["--no-write-json", "--log-level-file", "none"]

WITHOUT_PROGRAMME = ["--exclude", PROGRAMME_MODELS]


class Translator(DagsterDbtTranslator):
    """Names and groups a newcomer understands: staging, measures, indicators, evidence, gaps, main."""

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
        return {**super().get_metadata(dbt_resource_props), **code_links({dbt_resource_props["resource_type"]: file})}

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        return _room(dbt_resource_props)


def _room(props: Mapping[str, Any]) -> str:
    """The folder below models/, or the catalogue for seeds."""
    if props["resource_type"] == "seed":
        return "catalogue"
    return str(props["fqn"][1]) if len(props["fqn"]) > 2 else "warehouse"


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
        with scope.home.lock(city_id), fresh_warehouse(scope.home, city_id) as folder:
            copy_parsed_project(target)
            # Whatever part of it was selected, a warehouse built from nothing needs every model and seed.
            yield from stream_dbt(
                [*NOT_WRITTEN, "build", "--full-refresh", "--exclude-resource-type", "unit_test", *WITHOUT_PROGRAMME],
                context=context,
                project=project,
                translator=translator,
                manifest=manifest,
                target=target,
                environment={HOME: str(scope.home.path), CITY: city_id, BUILD_FOLDER: str(folder)},
            )

    return warehouse


def _must_build(scope: Scope, city_id: str) -> bool:
    """Whether a release would differ from the current one, or the warehouse to publish from is missing."""
    return is_out_of_date(scope.home, city_id) or not is_built(scope.home, city_id)


def published_keys(warehouse: dg.AssetsDefinition) -> list[dg.AssetKey]:
    """What a release is made from: the published tables, the evidence, the findings, and the results of expectations."""
    return sorted(key for key in warehouse.keys if key.path[0] in {"main", "evidence", "gaps", "expectations"})
