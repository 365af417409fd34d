"""The code location: `workspace.yaml` points here, and `sga run` drives the very same definitions in process."""

from __future__ import annotations

import os

os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "1")
os.environ.setdefault("DBT_SEND_ANONYMOUS_USAGE_STATS", "false")
os.environ.setdefault("DO_NOT_TRACK", "1")

import dagster as dg

from sga_pipeline.orchestration.alerting import alert_sensor
from sga_pipeline.orchestration.building import published_keys, warehouse_assets
from sga_pipeline.orchestration.checking import expectation_checks
from sga_pipeline.orchestration.conforming import conformed_assets
from sga_pipeline.orchestration.pulling import raw_assets
from sga_pipeline.orchestration.releasing import release_assets
from sga_pipeline.orchestration.scope import Scope, scope_from_environment
from sga_pipeline.orchestration.timing import everything, inbox_sensor, jobs_and_schedules


def definitions(scope: Scope) -> dg.Definitions:
    """Everything Dagster knows of a scope, made from contracts."""
    warehouse = warehouse_assets(scope)
    releases = release_assets(scope, published_keys(warehouse))
    jobs, schedules = jobs_and_schedules(scope)
    main = everything(scope)
    return dg.Definitions(
        assets=[*raw_assets(scope), *conformed_assets(scope), warehouse, *releases],
        asset_checks=[expectation_checks(scope)], jobs=[main, *jobs], schedules=schedules,
        sensors=[inbox_sensor(scope, main), alert_sensor(scope)], executor=dg.in_process_executor,
    )  # fmt: skip


@dg.definitions
def defs() -> dg.Definitions:
    return definitions(scope_from_environment())
