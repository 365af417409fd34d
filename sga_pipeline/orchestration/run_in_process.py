"""Runs the job for one city in this process: what `sga run` does, with the same assets a server would run."""

from __future__ import annotations

import logging
import os
import shutil
import warnings
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass

import dagster as dg

from sga_pipeline.errors import SgaError
from sga_pipeline.home import Home
from sga_pipeline.orchestration.dbt_error import first_dbt_error
from sga_pipeline.orchestration.definitions import definitions
from sga_pipeline.orchestration.instance import prepare_instance
from sga_pipeline.orchestration.progress import Step, progress_shown_by
from sga_pipeline.orchestration.schedules import MAIN_JOB
from sga_pipeline.orchestration.scope import Scope, scope_to_environment
from sga_pipeline.raw.first_data import check_delivered

# With less room than this left, whatever failed failed for want of room.
FULL_BYTES = 2_000_000


@dataclass(frozen=True)
class FinishedRun:
    """A run that came to its end; Dagster shows it under this id."""

    run_id: str


def run_in_process(scope: Scope, city_id: str, show_progress: Callable[[Step], None]) -> FinishedRun:
    """Run everything that is due of a city, or raise the first error that stopped it."""
    os.environ.update(scope_to_environment(scope))
    # Dagster marks some of what is used here as young; that is for its developers, not for a city's office.
    logging.getLogger("dagster").setLevel(logging.ERROR)
    # With no handler at all, Python writes what Dagster logs to the terminal.
    logging.getLogger("dagster").addHandler(logging.NullHandler())
    warnings.filterwarnings("ignore", category=dg.BetaWarning)
    warnings.filterwarnings("ignore", category=dg.PreviewWarning)
    log_file = scope.home.run_log(city_id)
    log_file.parent.mkdir(parents=True, exist_ok=True)
    # dbt writes every step to standard output; that belongs in a log, the terminal shows progress of its own.
    with (
        dagster_instance(scope.home) as instance,
        progress_shown_by(show_progress),
        log_file.open("w") as log,
        redirect_stdout(log),
    ):
        job = definitions(scope).resolve_job_def(MAIN_JOB)
        quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
        try:
            result = job.execute_in_process(
                instance=instance, raise_on_error=False, run_config=quiet, partition_key=city_id
            )
        except Exception as error:
            # Dagster's own store can fail as well, above all where the disk is full; the user's question is the same.
            raise _error(scope.home, f"the run broke off: {type(error).__name__}", "") from error
        if not result.success:
            raise _first_failure(scope, city_id, result)
        return FinishedRun(result.run_id)


def dagster_instance(home: Home) -> dg.DagsterInstance:
    """The instance of this home, so that runs from the terminal and from the server share one history."""
    prepare_instance(home.dagster)
    os.environ["DAGSTER_HOME"] = str(home.dagster)
    return dg.DagsterInstance.get()


def _first_failure(scope: Scope, city_id: str, result: dg.ExecuteInProcessResult) -> SgaError:
    home = scope.home
    for event in result.all_events:
        if event.is_step_failure:
            error = event.step_failure_data.error
            while error is not None and error.cause is not None:
                error = error.cause
            message = (error.message if error else event.message or "no message").strip()
            if event.step_key == "conformed__run_records":
                # That nothing was ever delivered is no failure of the run: the error says what to bring.
                check_delivered(scope.assessment.city(city_id), home)
            if event.step_key == "warehouse":
                output = home.run_log(city_id).read_text(encoding="utf-8", errors="replace")
                message = first_dbt_error(output) or message
            return _error(home, f"the step [{event.step_key}] failed: {message.splitlines()[0]}", result.run_id)
    return _error(home, "the run failed", result.run_id)


def _error(home: Home, message: str, run_id: str) -> SgaError:
    """What went wrong, in words a person can act on."""
    if shutil.disk_usage(home.path).free < FULL_BYTES:
        return SgaError("the disk is full", "Free some space and run again; the last release is untouched.", home.path)
    step = "Nothing was published and the last release is untouched. `sga ui` shows the whole log of the run."
    return SgaError(message, step, run_id or None)
