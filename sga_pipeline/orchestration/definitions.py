"""The code location: `workspace.yaml` points here, and `sga run` drives the very same definitions in process."""

from __future__ import annotations

import os

os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "1")
os.environ.setdefault("DBT_SEND_ANONYMOUS_USAGE_STATS", "false")
os.environ.setdefault("DO_NOT_TRACK", "1")

import dagster as dg

from sga_pipeline.orchestration.alert_sensor import alert_sensor
from sga_pipeline.orchestration.conform_assets import conformed_assets
from sga_pipeline.orchestration.expectation_checks import expectation_checks
from sga_pipeline.orchestration.pull_assets import raw_assets
from sga_pipeline.orchestration.release_assets import release_assets
from sga_pipeline.orchestration.schedules import schedules
from sga_pipeline.orchestration.scope import Scope, scope_from_environment
from sga_pipeline.orchestration.warehouse_assets import warehouse_assets


def definitions(scope: Scope) -> dg.Definitions:
    """Everything Dagster shows of a scope, made from contracts."""
    warehouse = warehouse_assets(scope)
    releases = release_assets(scope, warehouse)
    assets = dg.Definitions(
        assets=[*raw_assets(scope), *conformed_assets(scope), warehouse, *releases],
        asset_checks=[expectation_checks(scope)],
        sensors=[alert_sensor(scope)],
        executor=dg.in_process_executor,
    )
    return dg.Definitions.merge(assets, schedules(scope))


@dg.definitions
def defs() -> dg.Definitions:
    """What Dagster's server loads."""
    return definitions(scope_from_environment())
