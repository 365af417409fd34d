"""Conformed assets: one a shape, with a check for each feed, and the records that the run keeps of itself."""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from sga_pipeline.conform.conformed import Conformed, read_conformed
from sga_pipeline.conform.empty import write_empty
from sga_pipeline.conform.feed import conform_feed
from sga_pipeline.contracts.assessment import CityPlan, FeedPlan
from sga_pipeline.contracts.shape import Shape
from sga_pipeline.home import PROGRAMME
from sga_pipeline.orchestration.city_partitions import city_of, city_partitions
from sga_pipeline.orchestration.code_links import code_links
from sga_pipeline.orchestration.contract_facts import lineage_from_feeds, shape_columns
from sga_pipeline.orchestration.progress import report_progress
from sga_pipeline.orchestration.pull_assets import DUE, raw_key
from sga_pipeline.orchestration.scope import Scope
from sga_pipeline.publish.pointer import current_release
from sga_pipeline.raw.first_data import check_delivered
from sga_pipeline.raw.pull import expected_periods, last_pull
from sga_pipeline.raw.store import RawStore
from sga_pipeline.run_records.column_types import column_type
from sga_pipeline.run_records.feed_record import FeedRecord
from sga_pipeline.run_records.tables import TABLES
from sga_pipeline.run_records.write_records import count_run_records, summary, write_fingerprint, write_run_records

RUN_RECORDS = dg.AssetKey(["conformed", "run_records"])


def conformed_key(shape_id: str) -> dg.AssetKey:
    """The asset of a shape."""
    return dg.AssetKey(["conformed", shape_id])


def conformed_assets(scope: Scope) -> list[dg.AssetsDefinition]:
    """Every shape's asset, and the run records."""
    shapes = scope.assessment.shapes.values()
    return [*(_shape_asset(scope, shape) for shape in shapes), _run_records_asset(scope)]


def _shape_asset(scope: Scope, shape: Shape) -> dg.AssetsDefinition:
    feeds = [(city, plan) for city, plan in scope.feeds() if plan.shape.id == shape.id]
    key = conformed_key(shape.id)
    deps = [dg.AssetDep(DUE), *(_on_feed(city, plan) for city, plan in feeds)]
    # Points are looked up in boundaries that have been conformed before.
    if any(plan.point for _, plan in feeds):
        deps.append(dg.AssetDep(conformed_key("areas")))
    checks = [
        dg.AssetCheckSpec(
            f"{city.id}__{plan.id}",
            asset=key,
            description=f"The rows of {plan.feed.title} keep the rules of their contract.",
        )
        for city, plan in feeds
    ]

    @dg.multi_asset(
        name=f"conform_{shape.id}",
        specs=[
            dg.AssetSpec(
                key,
                group_name="conformed",
                deps=deps,
                kinds={"duckdb", "pandera"},
                metadata={
                    "dagster/column_schema": shape_columns(shape),
                    **code_links({"shape": scope.assessment.contracts / "shapes" / f"{shape.id}.yaml"}),
                },
                description=f"{shape.title}. Grain: {shape.grain}.",
            )
        ],
        check_specs=checks,
        partitions_def=city_partitions(scope),
        # The checks of other cities have no result in a run of this one.
        can_subset=True,
    )
    def conform(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[Any]]:
        city = city_of(scope, context)
        plans = [plan for plan in city.feeds if plan.shape.id == shape.id]
        kept, results = 0, []
        with scope.home.lock(city.id):
            write_empty(shape, city.id, scope.home)
            for plan in plans:
                report_progress("conform", f"{city.id} {plan.id}", unit="feed", of=len(city.feeds))
                arrivals = RawStore(scope.home, city.id, plan.id).arrivals(scope.as_of_asked)
                conformed = conform_feed(plan, arrivals, scope.home)
                kept += sum(one.outcome.rows_kept for one in conformed if one.in_use)
                results.append(_check(key, city, plan, conformed))
                # How many rows a delivery has is known when it has been read, not when its bytes arrive.
                read = sum(one.outcome.rows_in for one in conformed if one.in_use)
                context.log_event(dg.AssetObservation(raw_key(city.id, plan.id), metadata={"dagster/row_count": read}))
        feeds_of_city = {raw_key(city.id, plan.id): plan.feed for plan in plans}
        metadata: dict[str, Any] = {
            "dagster/row_count": kept,
            "feeds": len(plans),
            "dagster/column_lineage": lineage_from_feeds(shape, feeds_of_city),
        }
        yield dg.MaterializeResult(asset_key=key, metadata=metadata, check_results=results)

    return conform


def _on_feed(city: CityPlan, plan: FeedPlan) -> dg.AssetDep:
    """A city is conformed from all that came of a feed; Dagster would take a feed's months for cities, and refuses them."""
    mapping = dg.AllPartitionMapping() if plan.feed.source.periods else None
    return dg.AssetDep(raw_key(city.id, plan.id), partition_mapping=mapping)


def _check(key: dg.AssetKey, city: CityPlan, plan: FeedPlan, conformed: list[Conformed]) -> dg.AssetCheckResult:
    outcomes = [one.outcome for one in conformed if one.in_use]
    refused = [one.outcome for one in conformed if not one.in_use and not one.superseded]
    rules: dict[str, int] = {}
    for one in outcomes:
        for rule, number in one.rules.items():
            rules[rule] = rules.get(rule, 0) + number
    return dg.AssetCheckResult(
        check_name=f"{city.id}__{plan.id}",
        asset_key=key,
        passed=not rules and not refused,
        severity=dg.AssetCheckSeverity.ERROR if refused else dg.AssetCheckSeverity.WARN,
        metadata={
            "rows in": sum(one.rows_in for one in outcomes),
            "rows kept": sum(one.rows_kept for one in outcomes),
            "rows quarantined": sum(one.rows_quarantined for one in outcomes),
            "rows duplicate": sum(one.rows_duplicate for one in outcomes),
            "boundaries repaired": sum(one.boundaries_repaired for one in outcomes),
            "rules": dg.MetadataValue.md(
                "\n".join(f"- {rule}: {number}" for rule, number in sorted(rules.items())) or "none"
            ),
            "refused": dg.MetadataValue.md("\n".join(f"- {one.reason}" for one in refused) or "none"),
        },
    )


def _run_records_asset(scope: Scope) -> dg.AssetsDefinition:
    deps = [conformed_key(shape) for shape in scope.assessment.shapes]

    @dg.asset(
        key=RUN_RECORDS,
        group_name="conformed",
        deps=deps,
        kinds={"parquet"},
        partitions_def=city_partitions(scope),
        metadata={"dagster/column_schema": _run_record_columns()},
        description="The records that a run keeps of itself: cities, feeds, deliveries, coverage, validation rules, and what pull and conform found. "
        "They are several tables; a column is named after its table, and rows are those of all of them.",
    )
    def run_records(context: dg.AssetExecutionContext) -> dg.MaterializeResult[Any]:
        city = city_of(scope, context)
        with scope.home.lock(city.id):
            check_delivered(city, scope.home)
            records = [_record(scope, city, plan) for plan in city.feeds]
            rows = write_run_records(
                scope.assessment,
                city,
                records,
                scope.as_of(city),
                scope.home,
                scope.release_before(city.id),
                current_release(scope.home, PROGRAMME),
            )
            write_fingerprint(scope.assessment, city, rows, scope.home)
            counted = {"dagster/row_count": count_run_records(scope.home, city.id)}
        shown = {key: _shown(value) for key, value in summary(rows).items()}
        return dg.MaterializeResult(metadata={**counted, **shown})

    return run_records


def _run_record_columns() -> dg.TableSchema:
    columns = [(f"{table}.{column}", column_type(column)) for table, names in TABLES.items() for column in names]
    return dg.TableSchema([dg.TableColumn(name, str(kind)) for name, kind in columns])


def _record(scope: Scope, city: CityPlan, plan: FeedPlan) -> FeedRecord:
    store = RawStore(scope.home, city.id, plan.id)
    arrivals = store.arrivals(scope.as_of_asked)
    stored = {(one.sha256, one.period): one for deliveries in arrivals.values() for one in deliveries}
    expected = expected_periods(plan.feed, scope.as_of(city)) if plan.feed.source.periods else []
    # Only the outcome of the last pull is known; it says nothing about an earlier day.
    pulled = [] if scope.as_of_asked else last_pull(scope.home, city.id, plan.id)
    return FeedRecord(plan, pulled, read_conformed(plan, arrivals, scope.home), stored, expected)


def _shown(value: Any) -> Any:
    return dg.MetadataValue.json(value) if isinstance(value, dict) else value
