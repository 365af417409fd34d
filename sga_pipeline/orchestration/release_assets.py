"""Release assets: the gate before a release, the release of each city, and the programme's after it, each put in force in one step."""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from sga_pipeline.home import PROGRAMME
from sga_pipeline.orchestration.city_partitions import city_of, city_partitions
from sga_pipeline.orchestration.code_links import code_links
from sga_pipeline.orchestration.gap_checks import gap_check_results, gap_check_specs
from sga_pipeline.orchestration.progress import report_progress
from sga_pipeline.orchestration.scope import Scope
from sga_pipeline.orchestration.warehouse_assets import last_published
from sga_pipeline.programme.renew import renew_programme
from sga_pipeline.publish.release import publish
from sga_pipeline.publish.up_to_date import release_inputs
from sga_pipeline.warehouse.published_relations import programme_relations
from sga_pipeline.warehouse.published_rows import published_rows

GATE = dg.AssetKey(["release", "gate"])
RELEASE = dg.AssetKey(["release", "city"])


def release_assets(scope: Scope, warehouse: dg.AssetsDefinition) -> list[dg.AssetsDefinition]:
    """The gate before a release, the release of each city, and the programme's."""
    observations = warehouse.specs_by_key[dg.AssetKey(["main", "observations"])].metadata["dagster/column_schema"]
    return [_gate_asset(scope, last_published(warehouse)), _release_asset(scope, observations), _programme_asset(scope)]


def _gate_asset(scope: Scope, last: list[dg.AssetKey]) -> dg.AssetsDefinition:
    columns = dg.TableSchema(
        [
            dg.TableColumn("table", "string", "The table or view, with its schema where that is not main."),
            dg.TableColumn("rows", "int", "How many rows it has; a view has none of its own."),
        ]
    )

    @dg.asset(
        key=GATE,
        group_name="release",
        deps=last,
        kinds={"duckdb"},
        partitions_def=city_partitions(scope),
        metadata={"dagster/column_schema": columns},
        description="Lets a city's release be made when its warehouse has every table that is published. One row is one of these tables.",
    )
    def gate(context: dg.AssetExecutionContext) -> dg.MaterializeResult[Any]:
        city = city_of(scope, context)
        with scope.home.lock(city.id):
            rows = published_rows(scope.home.warehouse(city.id), city.id)
        records = [dg.TableRecord({"table": table.label, "rows": number}) for table, number in rows.items()]
        return dg.MaterializeResult(
            metadata={
                "dagster/row_count": len(rows),
                "rows in tables": sum(number or 0 for number in rows.values()),
                "tables": dg.MetadataValue.table(records, schema=columns),
            }
        )

    return gate


def _release_asset(scope: Scope, observations: dg.TableSchema) -> dg.AssetsDefinition:
    catalogue, cities = scope.assessment.catalogue, city_partitions(scope)

    @dg.asset(
        key=RELEASE,
        group_name="release",
        deps=[GATE],
        kinds={"duckdb", "parquet"},
        partitions_def=cities,
        metadata={
            "dagster/column_schema": observations,
            **code_links({city.id: city.folder / "city.yaml" for city in scope.assessment.cities}),
        },
        check_specs=gap_check_specs(RELEASE, catalogue, cities),
        description="The published assessment of a city: one database that is never changed, put in force in one step. Rows and columns shown here are those of its table observations.",
    )
    def release(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[Any]]:
        city = city_of(scope, context)
        report_progress("publish", city.id, unit="city", of=1)
        with scope.home.lock(city.id):
            inputs = release_inputs(scope.home, scope.assessment, city.id, as_of=scope.as_of(city))
            made = publish(scope.home, city.id, manifest_inputs=inputs)
        metadata: dict[str, Any] = {
            "release": made.release_id,
            "new": made.created,
            "folder": dg.MetadataValue.path(str(made.path)),
            "gap register": dg.MetadataValue.path(str(made.path / "gaps.html")),
            "what was checked": dg.MetadataValue.path(str(made.path / "data_docs" / "index.html")),
            "dagster/row_count": made.row_counts["observations"],
        }
        metadata |= {f"rows in {table}": number for table, number in made.row_counts.items()}
        checks = list(gap_check_results(RELEASE, catalogue, made.path))
        yield dg.MaterializeResult(metadata=metadata, check_results=checks)

    return release


def _programme_asset(scope: Scope) -> dg.AssetsDefinition:
    [comparisons] = [one for one in programme_relations() if one.name == "comparisons"]
    columns = [dg.TableColumn(one.name, one.type, one.description) for one in comparisons.columns]

    @dg.asset(
        key=dg.AssetKey(["release", PROGRAMME]),
        group_name="release",
        deps=[RELEASE],
        kinds={"duckdb"},
        metadata={"dagster/column_schema": dg.TableSchema(columns)},
        description="What crosses cities, made from the releases in force: comparisons, comparability, and a row for each city. "
        "Rows and columns shown here are those of its table comparisons.",
    )
    def programme(context: dg.AssetExecutionContext) -> dg.MaterializeResult[Any]:
        renewed = renew_programme(scope.home)
        for city_id, reason in renewed.left_out.items():
            context.log.warning(f"{city_id} is left out: {reason}")
        return dg.MaterializeResult(
            metadata={
                "release": renewed.release.release_id,
                "new": renewed.release.created,
                "folder": dg.MetadataValue.path(str(renewed.release.path)),
                "cities": renewed.cities,
                "left out": len(renewed.left_out),
                "dagster/row_count": renewed.release.row_counts["comparisons"],
            }
        )

    return programme
