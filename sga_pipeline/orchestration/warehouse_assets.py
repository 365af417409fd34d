"""The warehouse: dbt's models as assets. Built whole, and only when something it is built from has changed."""

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtProject, dbt_assets

from sga_pipeline.orchestration.dagster_internals.dbt_invocation import stream_dbt
from sga_pipeline.orchestration.progress import report_progress
from sga_pipeline.orchestration.scope import HOME, Scope
from sga_pipeline.paths import DBT_PROJECT
from sga_pipeline.publish.up_to_date import out_of_date
from sga_pipeline.warehouse.dbt_entry import BUILD_FOLDER
from sga_pipeline.warehouse.fresh_warehouse import built_cities, fresh_warehouse
from sga_pipeline.warehouse.manifest import copy_parsed_project, fresh_manifest

# Nobody reads the manifest, the results and the second log that dbt would write anew; they cost a tenth of a build.
NOT_WRITTEN = ["--no-write-json", "--log-level-file", "none"]


class Translator(DagsterDbtTranslator):
    """Names and groups a newcomer understands: staging, measures, indicators, evidence, gaps, main."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        if dbt_resource_props["resource_type"] == "source":
            return super().get_asset_key(dbt_resource_props)
        return dg.AssetKey([_room(dbt_resource_props), dbt_resource_props.get("alias") or dbt_resource_props["name"]])

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
    manifest = fresh_manifest()

    @dbt_assets(manifest=manifest, project=project, dagster_dbt_translator=translator, name="warehouse")
    def warehouse(context: dg.AssetExecutionContext) -> Iterator[Any]:
        if not _must_build(scope) and not context.run.tags.get("sga/rebuild"):
            context.log.info("Nothing has changed since the current releases; the warehouse is left as it is.")
            return
        report_progress("build the warehouse (dbt)")
        target = scope.home.dagster / "dbt"
        target.mkdir(parents=True, exist_ok=True)
        with scope.home.lock(), fresh_warehouse(scope.home) as folder:
            copy_parsed_project(target)
            # Whatever part of it was selected, a warehouse built from nothing needs every model and seed.
            yield from stream_dbt(
                [*NOT_WRITTEN, "build", "--full-refresh", "--exclude-resource-type", "unit_test"],
                context=context,
                project=project,
                translator=translator,
                manifest=manifest,
                target=target,
                environment={HOME: str(scope.home.path), BUILD_FOLDER: str(folder)},
            )

    return warehouse


def _must_build(scope: Scope) -> bool:
    """Whether a release would differ from the current one, or the warehouse to publish from is missing or of other cities."""
    cities = [city.id for city in scope.assessment.cities]
    return bool(out_of_date(scope.home, cities)) or not built_cities(scope.home).issuperset(cities)


def published_keys(warehouse: dg.AssetsDefinition) -> list[dg.AssetKey]:
    """What a release is made from: the published tables, the evidence, the findings, and the results of expectations."""
    return sorted(key for key in warehouse.keys if key.path[0] in {"main", "evidence", "gaps", "expectations"})
