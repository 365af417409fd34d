"""The warehouse: dbt's models as assets. Built only when something it rests on has changed."""

import os
from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtProject, dbt_assets

from sga_pipeline.orchestration.dbt_resource import Dbt, take_parsed
from sga_pipeline.orchestration.progress import tell
from sga_pipeline.orchestration.scope import HOME, Scope
from sga_pipeline.paths import DBT_PROJECT
from sga_pipeline.publish.up_to_date import out_of_date
from sga_pipeline.warehouse.manifest import fresh_manifest


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

    @dbt_assets(manifest=fresh_manifest(), project=project, dagster_dbt_translator=translator, name="warehouse")
    def warehouse(context: dg.AssetExecutionContext) -> Iterator[Any]:
        cities = [city.id for city in scope.assessment.cities]
        if not out_of_date(scope.home, cities) and not context.run.tags.get("sga/rebuild"):
            context.log.info("Nothing has changed since the releases in force; the warehouse is left as it is.")
            return
        tell("build the warehouse (dbt)")
        target = scope.home.dagster / "dbt"
        target.mkdir(parents=True, exist_ok=True)
        with scope.home.lock():
            os.environ[HOME] = str(scope.home.path)
            take_parsed(target)
            arguments = ["build", "--full-refresh", "--exclude-resource-type", "unit_test"]
            yield from Dbt().cli(arguments, context=context, target_path=target).stream()

    return warehouse


def published_keys(warehouse: dg.AssetsDefinition) -> list[dg.AssetKey]:
    """What a release rests on: the published tables, what findings rest on, the findings, and what was checked."""
    return sorted(key for key in warehouse.keys if key.path[0] in {"main", "evidence", "gaps", "expectations"})
