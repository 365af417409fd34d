"""Release assets: one a city, made from the published models and put in force in one step."""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from sga_pipeline.contracts.assessment import CityPlan
from sga_pipeline.orchestration.gap_checks import gap_check_results, gap_check_specs
from sga_pipeline.orchestration.progress import report_progress
from sga_pipeline.orchestration.scope import Scope
from sga_pipeline.publish.release import publish
from sga_pipeline.publish.up_to_date import release_inputs


def release_assets(scope: Scope, published: list[dg.AssetKey]) -> list[dg.AssetsDefinition]:
    """Every city's release."""
    return [_release_asset(scope, city, published) for city in scope.assessment.cities]


def _release_asset(scope: Scope, city: CityPlan, published: list[dg.AssetKey]) -> dg.AssetsDefinition:
    key, catalogue = dg.AssetKey(["release", city.id]), scope.assessment.catalogue

    @dg.asset(
        key=key,
        group_name="release",
        deps=published,
        kinds={"duckdb"},
        check_specs=gap_check_specs(key, catalogue),
        description=f"The published assessment of {city.city.name}: one database that is never changed, put in force in one step.",
    )
    def release(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[Any]]:
        report_progress(f"publish {city.id}")
        with scope.home.lock():
            inputs = release_inputs(scope.home, scope.assessment, city.id, as_of=scope.as_of(city))
            made = publish(scope.home, city.id, manifest_inputs=inputs)
        metadata: dict[str, Any] = {
            "release": made.release_id,
            "new": made.created,
            "folder": dg.MetadataValue.path(str(made.path)),
        }
        metadata |= {f"rows in {table}": number for table, number in made.row_counts.items()}
        checks = list(gap_check_results(key, catalogue, made.path))
        yield dg.MaterializeResult(metadata=metadata, check_results=checks)

    return release
