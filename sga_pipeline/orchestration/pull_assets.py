"""Raw assets: one a feed, and one a city that asks for the periods due. A feed that fails does not stop the others."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import dagster as dg

from sga_pipeline.contracts.assessment import CityPlan, FeedPlan
from sga_pipeline.contracts.sources.source import Periods
from sga_pipeline.orchestration.progress import report_progress
from sga_pipeline.orchestration.scope import Scope
from sga_pipeline.periods import period_bounds, written
from sga_pipeline.raw.pull import PullOutcome, pull_feed
from sga_pipeline.raw.refused_periods import refused_periods
from sga_pipeline.raw.store import RawStore

RETRIES = 2
CADENCE = {"daily": 1, "weekly": 7, "monthly": 31, "quarterly": 92, "annual": 366}
_RETRY = dg.RetryPolicy(max_retries=RETRIES, delay=2, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS)


def raw_key(city_id: str, feed_id: str) -> dg.AssetKey:
    """The asset of a feed's deliveries."""
    return dg.AssetKey(["raw", city_id, feed_id])


def due_key(city_id: str) -> dg.AssetKey:
    """The asset that asks a city's feeds for the periods due."""
    return dg.AssetKey(["raw", city_id, "periods_due"])


def raw_assets(scope: Scope) -> list[dg.AssetsDefinition]:
    """Every feed's asset, and for cities with feeds asked period by period the one that asks for what is due."""
    assets = [_feed_asset(scope, city, feed) for city, feed in scope.feeds()]
    for city in scope.assessment.cities:
        by_period = [feed for feed in city.feeds if feed.feed.source.periods]
        if by_period:
            assets.append(_due_asset(scope, city, by_period))
    return assets


def partitions_of(periods: Periods) -> dg.TimeWindowPartitionsDefinition:
    """Months, quarters or years from the first to the last period; a missing one shows as a missing partition."""
    form, cron = {"M": ("%Y-%m", "0 0 1 * *"), "Q": ("%Y-%m", "0 0 1 */3 *"), "A": ("%Y", "0 0 1 1 *")}[periods.freq]
    start = period_bounds(periods.first)[0]
    end = period_bounds(periods.last)[1] + timedelta(days=1) if periods.last else None
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
    step = CADENCE.get(feed.cadence)
    fresh = dg.FreshnessPolicy.time_window(fail_window=timedelta(days=step + feed.allowed_lag_days)) if step else None

    @dg.asset(
        key=key,
        group_name=feed.family,
        description=f"{feed.title}. {feed.citation}",
        kinds={feed.source.connector},
        owners=[],
        tags={"city": city.id, "cadence": feed.cadence},
        retry_policy=_RETRY,
        freshness_policy=fresh,
        partitions_def=partitions_of(periods) if periods else None,
        backfill_policy=dg.BackfillPolicy.single_run() if periods else None,
        metadata={
            "owner": feed.owner.name,
            "licence": feed.licence,
            "address": feed.source.address,
            "shape": feed.shape,
        },
        check_specs=[
            dg.AssetCheckSpec("arrived", asset=key, description="Every period that was asked for has a delivery.")
        ],
    )
    def pull(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[Any]]:
        asked = [period_of(periods, one) for one in context.partition_keys] if periods else None
        outcomes = _pull(context, scope, city, plan, asked)
        yield dg.MaterializeResult(metadata=_metadata(outcomes), check_results=[_arrived(outcomes, key)])

    return pull


def _due_asset(scope: Scope, city: CityPlan, plans: list[FeedPlan]) -> dg.AssetsDefinition:
    checks = [_due_check(city, plan) for plan in plans]

    @dg.asset(
        key=due_key(city.id),
        group_name="periods_due",
        retry_policy=_RETRY,
        check_specs=checks,
        description=f"Asks every feed of {city.city.name} that is addressed period by period for the periods due, "
        "and records each as a partition of the feed's own asset.",
    )
    def pull_due(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[Any]]:
        metadata: dict[str, Any] = {}
        results = []
        for plan in plans:
            periods = plan.feed.source.periods
            outcomes = _pull(context, scope, city, plan, None)
            for one in outcomes:
                if periods and one.period and one.status == "new":
                    key = raw_key(city.id, plan.id)
                    context.log_event(dg.AssetMaterialization(key, partition=partition_of(periods, one.period)))
            metadata[plan.id] = ", ".join(f"{number} {status}" for status, number in _counts(outcomes).items())
            results.append(_arrived(outcomes, due_key(city.id), _due_check(city, plan).name))
        yield dg.MaterializeResult(metadata=metadata, check_results=results)

    return pull_due


def _due_check(city: CityPlan, plan: FeedPlan) -> dg.AssetCheckSpec:
    text = f"Every period of {plan.feed.title} that is due has a delivery."
    return dg.AssetCheckSpec(f"{plan.id}_arrived", asset=due_key(city.id), description=text)


def _pull(
    context: dg.AssetExecutionContext, scope: Scope, city: CityPlan, plan: FeedPlan, periods: list[str] | None
) -> list[PullOutcome]:
    report_progress(f"pull {city.id} {plan.id}")
    if scope.as_of_asked is not None:
        # An earlier day knows what had arrived by then: nothing is asked for, and nothing is taken in.
        found = RawStore(scope.home, city.id, plan.id).arrivals(scope.as_of_asked)
        return [PullOutcome(period, "offline", deliveries[0]) for period, deliveries in found.items()]
    with scope.home.lock():
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


def _arrived(outcomes: list[PullOutcome], key: dg.AssetKey, name: str = "arrived") -> dg.AssetCheckResult:
    wrong = [one for one in outcomes if one.status in {"failed", "missing"}]
    return dg.AssetCheckResult(
        check_name=name,
        asset_key=key,
        passed=not wrong,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={
            "problems": dg.MetadataValue.md(
                "\n".join(f"- {one.period or ''} {one.message}" for one in wrong[:20]) or "none"
            )
        },
    )
