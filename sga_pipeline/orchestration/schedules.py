"""When runs start: one job, of which each city is a partition, a schedule for each city, and a sensor on the inbox."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import dagster as dg

from sga_pipeline.contracts.assessment import CityPlan
from sga_pipeline.orchestration.pull_assets import raw_key
from sga_pipeline.orchestration.scope import Scope

# Early in the morning of the city, before an office opens; longer cadences on the first days of the next period.
CRON = {
    "daily": "15 4 * * *",
    "weekly": "30 4 * * 1",
    "monthly": "45 4 3 * *",
    "quarterly": "0 5 4 1,4,7,10 *",
    "annual": "15 5 5 1 *",
}
STEADY_SECONDS = 10
MAIN_JOB = "assess"


def schedules(scope: Scope) -> dg.Definitions:
    """The job, a schedule for each city, and the sensor on the inbox."""
    job = dg.define_asset_job(
        MAIN_JOB,
        # The feeds' own assets are for asking one feed alone; all that is due of a city is asked for through `raw/due`.
        dg.AssetSelection.all() - _feeds(scope),
        executor_def=dg.in_process_executor,
        description="Pull what is due of one city, conform, build, check and publish it; no other city is touched.",
    )
    timed = [_schedule(job, city) for city in scope.assessment.cities]
    return dg.Definitions(jobs=[job], schedules=timed, sensors=[_inbox_sensor(scope)])


def _schedule(job: Any, city: CityPlan) -> dg.ScheduleDefinition:
    """As often as the city's most frequent feed comes; feeds of irregular cadence are asked each time."""
    cadences = {plan.feed.cadence for plan in city.feeds}
    cadence = next((one for one in CRON if one in cadences), "monthly")

    @dg.schedule(
        name=f"{city.id}_schedule",
        job=job,
        cron_schedule=CRON[cadence],
        execution_timezone=city.city.time_zone,
        description=f"Assesses {city.city.name}: {cadence}, as its most frequent feed. Switch it on where the office wants it.",
    )
    def due() -> dg.RunRequest:
        return dg.RunRequest(partition_key=city.id)

    return due


def _feeds(scope: Scope) -> dg.AssetSelection:
    return dg.AssetSelection.assets(*(raw_key(city.id, plan.id) for city, plan in scope.feeds()))


def _inbox_sensor(scope: Scope) -> dg.SensorDefinition:
    """Starts a run of a city when a file was dropped into its inbox and is no longer being written."""

    @dg.sensor(
        job_name=MAIN_JOB,
        name="inbox",
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.STOPPED,
        description="Looks for files in the inbox of the home and assesses the city whose file has arrived completely. "
        "Off until somebody switches it on under Automation.",
    )
    def inbox(context: dg.SensorEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
        found = False
        for city in scope.assessment.cities:
            # A file for a shared feed is every city's that uses it.
            folders = [scope.home.inbox(plan.kept_under, plan.id) for plan in city.feeds]
            waiting = [file for folder in folders for file in _complete_files(folder)]
            if waiting:
                found = True
                # The same files give the same key, so one drop starts one run however often this looks.
                names = sorted(f"{file.parent.name}/{file.name}@{file.stat().st_mtime_ns}" for file in waiting)
                yield dg.RunRequest(
                    run_key=f"{city.id}:{';'.join(names)}", partition_key=city.id, tags={"sga/inbox": str(len(waiting))}
                )
        if not found:
            yield dg.SkipReason("the inbox is empty")

    return inbox


def _complete_files(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        now = datetime.now().timestamp()
        for file in sorted(folder.iterdir()):
            if file.is_file() and not file.name.startswith(".") and now - file.stat().st_mtime >= STEADY_SECONDS:
                yield file
