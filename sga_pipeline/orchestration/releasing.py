"""Release assets: one a city, made from the published models and switched to in one step."""

from typing import Any

import dagster as dg

from sga_pipeline.contracts.assessment import CityPlan
from sga_pipeline.orchestration.progress import tell
from sga_pipeline.orchestration.scope import Scope
from sga_pipeline.publish.release import publish
from sga_pipeline.publish.standing import release_inputs


def release_assets(scope: Scope, published: list[dg.AssetKey]) -> list[dg.AssetsDefinition]:
    """Every city's release."""
    return [_release_asset(scope, city, published) for city in scope.assessment.cities]


def _release_asset(scope: Scope, city: CityPlan, published: list[dg.AssetKey]) -> dg.AssetsDefinition:
    @dg.asset(
        key=dg.AssetKey(["release", city.id]), group_name="release", deps=published, kinds={"duckdb"},
        description=f"The published assessment of {city.city.name}: one immutable database, switched to in one step.",
    )  # fmt: skip
    def release(context: dg.AssetExecutionContext) -> dg.MaterializeResult[Any]:
        tell(f"publish {city.id}")
        with scope.home.lock():
            inputs = release_inputs(scope.home, scope.assessment, city.id, as_of=scope.as_of(city))
            made = publish(scope.home, city.id, manifest_inputs=inputs)
        metadata: dict[str, Any] = {
            "release": made.release_id,
            "new": made.created,
            "folder": dg.MetadataValue.path(str(made.path)),
        }
        metadata |= {f"rows in {table}": number for table, number in made.row_counts.items()}
        return dg.MaterializeResult(metadata=metadata)

    return release
