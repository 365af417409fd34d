"""Raw assets: one a feed, and one that asks a city's feeds for all that is due. A feed that fails does not stop the others."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import dagster as dg

from sga_pipeline.contracts.assessment import CityPlan, FeedPlan
from sga_pipeline.contracts.sources.source import Periods
from sga_pipeline.orchestration.city_partitions import city_of, city_partitions
from sga_pipeline.orchestration.code_links import code_links
from sga_pipeline.orchestration.contract_facts import freshness_of, owners_of, source_columns
from sga_pipeline.orchestration.progress import report_progress
from sga_pipeline.orchestration.scope import Scope
from sga_pipeline.periods import period_bounds, written
from sga_pipeline.raw.pull import PullOutcome, pull_feed
from sga_pipeline.raw.refused_periods import refused_periods
from sga_pipeline.raw.store import RawStore

# What a city's feeds are asked for, by city.
DUE = dg.AssetKey(["raw", "due"])
ARRIVED = "arrived"
RETRIES = 2
_RETRY = dg.RetryPolicy(max_retries=RETRIES, delay=2, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS)
_DUE_COLUMNS = (
    dg.TableColumn("feed", "string", "The feed that was asked."),
    dg.TableColumn("outcome", "string", "How many periods ended how: new, unchanged, missing, failed or offline."),
)


def raw_key(city_id: str, feed_id: str) -> dg.AssetKey:
    """The asset of a feed's deliveries."""
    return dg.AssetKey(["raw", city_id, feed_id])


def raw_assets(scope: Scope) -> list[dg.AssetsDefinition]:
    """Every feed's asset, and the one that asks for what is due."""
    return [*(_feed_asset(scope, city, feed) for city, feed in scope.feeds()), _due_asset(scope)]


def partitions_of(periods: Periods, as_of: date | None) -> dg.TimeWindowPartitionsDefinition:
    """Months, quarters or years from the first to the last that has ended by the day of assessment; a missing one shows as a missing partition."""
    form, cron = {"M": ("%Y-%m", "0 0 1 * *"), "Q": ("%Y-%m", "0 0 1 */3 *"), "A": ("%Y", "0 0 1 1 *")}[periods.freq]
    start = period_bounds(periods.first)[0]
    last_days = [*([period_bounds(periods.last)[1]] if periods.last else []), *([as_of] if as_of else [])]
    # Without a last day Dagster ends at today, and goes on while a server runs.
    end = max(start, min(last_days) + timedelta(days=1)) if last_days else None
    return dg.TimeWindowPartitionsDefinition(
        start=start.strftime(form), end=end.strftime(form) if end else None, fmt=form, cron_schedule=cron
    )


def partition_of(periods: Periods, period: str) -> str:
    """The name that Dagster gives to a period."""
    start = period_bounds(period)[0]
    return start.strftime("%Y" if periods.freq == "A" else "%Y-%m")


def period_of(periods: Periods, partition: str) -> str:
    """The period that a partition of Dagster stands for."""
    year, _, month = partition.partition("-")
    return written(periods.freq, date(int(year), int(month or 1), 1))


def _feed_asset(scope: Scope, city: CityPlan, plan: FeedPlan) -> dg.AssetsDefinition:
    key, feed = raw_key(city.id, plan.id), plan.feed
    periods = feed.source.periods

    @dg.asset(
        key=key,
        group_name=feed.family,
        description=f"{feed.title}. {feed.citation}",
        kinds={feed.source.connector},
        owners=owners_of(feed.owner),
        tags={"city": city.id, "cadence": feed.cadence},
        retry_policy=_RETRY,
        freshness_policy=freshness_of(feed),
        partitions_def=partitions_of(periods, scope.fixed_day(city)) if periods else None,
        backfill_policy=dg.BackfillPolicy.single_run() if periods else None,
        metadata={
            "owner": feed.owner.name,
            "licence": feed.licence,
            "address": feed.source.address,
            "shape": feed.shape,
            "dagster/column_schema": source_columns(feed),
            **code_links({"contract": plan.file}),
        },
        check_specs=[
            dg.AssetCheckSpec(ARRIVED, asset=key, description="Every period that was asked for has a delivery.")
        ],
    )
    def pull(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[Any]]:
        asked = [period_of(periods, one) for one in context.partition_keys] if periods else None
        outcomes = _pull(context, scope, city, plan, asked)
        yield dg.MaterializeResult(metadata=_metadata(outcomes), check_results=[_arrived(outcomes, key)])

    return pull


def _due_asset(scope: Scope) -> dg.AssetsDefinition:
    @dg.asset(
        key=DUE,
        group_name="pull",
        partitions_def=city_partitions(scope),
        retry_policy=_RETRY,
        metadata={"dagster/column_schema": dg.TableSchema(list(_DUE_COLUMNS))},
        description="Asks every feed of a city for what is due, and records it as the feed's own asset does. One row is one feed.",
    )
    def pull_due(context: dg.AssetExecutionContext) -> dg.MaterializeResult[Any]:
        city = city_of(scope, context)
        metadata: dict[str, Any] = {"dagster/row_count": len(city.feeds)}
        for plan in city.feeds:
            outcomes = _pull(context, scope, city, plan, None)
            _record(context, raw_key(city.id, plan.id), plan.feed.source.periods, outcomes)
            metadata[plan.id] = ", ".join(f"{number} {status}" for status, number in _counts(outcomes).items())
        return dg.MaterializeResult(metadata=metadata)

    return pull_due


def _record(
    context: dg.AssetExecutionContext, key: dg.AssetKey, periods: Periods | None, outcomes: list[PullOutcome]
) -> None:
    """What was pulled, and whether all arrived, as events of the feed's own asset."""
    if periods is None:
        context.log_event(dg.AssetMaterialization(key, metadata=_metadata(outcomes)))
    for one in outcomes:
        if periods and one.period and one.status == "new":
            context.log_event(dg.AssetMaterialization(key, partition=partition_of(periods, one.period)))
    found = _arrived(outcomes, key)
    # Dagster takes evaluations of checks here too; only the type it states leaves them out.
    context.op_execution_context.log_event(
        dg.AssetCheckEvaluation(key, ARRIVED, found.passed, found.metadata or {}, severity=found.severity)  # type: ignore[arg-type]
    )


def _pull(
    context: dg.AssetExecutionContext, scope: Scope, city: CityPlan, plan: FeedPlan, periods: list[str] | None
) -> list[PullOutcome]:
    report_progress("pull", f"{city.id} {plan.id}", unit="feed", of=len(city.feeds))
    if scope.as_of_asked is not None:
        # An earlier day knows what had arrived by then: nothing is asked for, and nothing is taken in.
        found = RawStore(scope.home, city.id, plan.id).arrivals(scope.as_of_asked)
        return [PullOutcome(period, "offline", deliveries[0]) for period, deliveries in found.items()]
    with scope.home.lock(city.id):
        refused = refused_periods(plan, RawStore(scope.home, city.id, plan.id).arrivals(), scope.home)
        outcomes = pull_feed(
            plan,
            city,
            scope.home,
            now=datetime.now(UTC),
            as_of=scope.as_of(city),
            periods=periods,
            offline=scope.offline,
            refresh=scope.refresh,
            refused=refused,
        )
    failed = [one for one in outcomes if one.status == "failed"]
    for one in failed:
        context.log.warning(f"{plan.id} {one.period or ''}: {one.message}")
    # Only what another try may repair is tried again; after that the last good delivery is used and a finding says so.
    if any(one.transient for one in failed) and context.retry_number < RETRIES:
        raise dg.RetryRequested(max_retries=RETRIES, seconds_to_wait=2 * 2**context.retry_number)
    return outcomes


def _counts(outcomes: list[PullOutcome]) -> dict[str, int]:
    statuses = [one.status for one in outcomes]
    return {status: statuses.count(status) for status in sorted(set(statuses))}


def _metadata(outcomes: list[PullOutcome]) -> dict[str, Any]:
    newest = [one.delivery for one in outcomes if one.delivery]
    sizes = sum(delivery.bytes for delivery in newest)
    return {**_counts(outcomes), "deliveries": len(newest), "bytes": sizes}


def _arrived(outcomes: list[PullOutcome], key: dg.AssetKey) -> dg.AssetCheckResult:
    wrong = [one for one in outcomes if one.status in {"failed", "missing"}]
    return dg.AssetCheckResult(
        check_name=ARRIVED,
        asset_key=key,
        passed=not wrong,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={
            "problems": dg.MetadataValue.md(
                "\n".join(f"- {one.period or ''} {one.message}" for one in wrong[:20]) or "none"
            )
        },
    )
