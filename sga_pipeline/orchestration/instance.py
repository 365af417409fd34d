"""Dagster's own settings for a home. Apart from the rest, so that a server can be started without importing Dagster."""

from __future__ import annotations

import re
from pathlib import Path

from sga_pipeline.home import write_text

EVENT_LOG_SETTINGS = """\
event_log_storage:
  module: sga_pipeline.orchestration.dagster_internals.event_storage
  class: KeptOpenEventLog
  config:
    base_dir:
      env: DAGSTER_HOME
"""
INSTANCE_SETTINGS = f"""\
# Dagster's own settings for this home: no telemetry, no greetings, an event log that keeps its files open, one run at a time, hung runs marked as failed, stale feeds marked.
telemetry:
  enabled: false
{EVENT_LOG_SETTINGS}nux:
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
# Homes made by an earlier version name a class of this project that is gone; the files it wrote are the same.
_EARLIER_STORAGE = re.compile(
    r"^storage:\n  custom:\n    module: sga_pipeline\..+\n    class: History\n    config:\n      base_dir:\n        env: DAGSTER_HOME\n",
    re.MULTILINE,
)


def prepare_instance(folder: Path) -> None:
    """Write Dagster's settings where there are none; an office may change them afterwards."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "dagster.yaml"
    if not file.exists():
        write_text(file, INSTANCE_SETTINGS)
        return
    settings = file.read_text(encoding="utf-8")
    current = _EARLIER_STORAGE.sub(EVENT_LOG_SETTINGS, settings)
    if current != settings:
        write_text(file, current)
