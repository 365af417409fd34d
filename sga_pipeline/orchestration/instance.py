"""Dagster's own settings for a home. Apart from the rest, so that a server can be started without importing Dagster."""

from __future__ import annotations

from pathlib import Path

from sga_pipeline.home import write_text

INSTANCE_SETTINGS = """\
# Dagster's own settings for this home: no telemetry, no greetings, a history that keeps its files open, one run at a time, hung runs marked as failed, stale feeds marked.
telemetry:
  enabled: false
storage:
  custom:
    module: sga_pipeline.orchestration.event_storage
    class: History
    config:
      base_dir:
        env: DAGSTER_HOME
nux:
  enabled: false
concurrency:
  runs:
    max_concurrent_runs: 1
freshness:
  enabled: true
run_monitoring:
  enabled: true
  poll_interval_seconds: 60
  max_runtime_seconds: 43200
"""


def prepare_instance(folder: Path) -> None:
    """Write Dagster's settings where there are none; an office may change them afterwards."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "dagster.yaml").exists():
        write_text(folder / "dagster.yaml", INSTANCE_SETTINGS)
