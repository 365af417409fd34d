"""When runs start: the main job, a job and schedule for each cadence of a city, and a sensor on the inbox."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import dagster as dg

from sga_pipeline.contracts.assessment import CityPlan
from sga_pipeline.orchestration.pull_assets import due_key, raw_key
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


def schedules(scope: Scope, warehouse: dg.AssetsDefinition) -> dg.Definitions:
    """The main job, the job and schedule of each city and cadence, and the sensor on the inbox."""
    main_job = dg.define_asset_job(
        MAIN_JOB,
        # Feeds addressed by period are asked for what is due through periods_due.
        dg.AssetSelection.all() - _addressed_by_period(scope),
        executor_def=dg.in_process_executor,
        description="Pull what is due, conform, build, check and publish, for every city.",
    )
    jobs, timed = [main_job], []
    for city in scope.assessment.cities:
        for cadence in sorted({plan.feed.cadence for plan in city.feeds} & set(CRON)):
            job = dg.define_asset_job(
                f"{city.id}_{cadence}",
                _pulled_and_downstream(scope, city, cadence, warehouse),
                executor_def=dg.in_process_executor,
                description=f"Pull the {cadence} feeds of {city.city.name} and bring its assessment up to date.",
            )
            jobs.append(job)
            timed.append(
                dg.ScheduleDefinition(
                    name=f"{job.name}_schedule",
                    job=job,
                    cron_schedule=CRON[cadence],
                    execution_timezone=city.city.time_zone,
                    description=f"Runs {job.name}. Switch it on where the office wants it.",
                )
            )
    return dg.Definitions(jobs=jobs, schedules=timed, sensors=[_inbox_sensor(scope)])


def _pulled_and_downstream(
    scope: Scope, city: CityPlan, cadence: str, warehouse: dg.AssetsDefinition
) -> dg.AssetSelection:
    """The feeds of a cadence and all that follows from them. The warehouse is built whole, its seeds included."""
    downstream = _pulls(city, cadence).downstream(include_self=True) - _addressed_by_period(scope)
    return downstream | dg.AssetSelection.assets(*warehouse.keys)


def _pulls(city: CityPlan, cadence: str) -> dg.AssetSelection:
    plans = [plan for plan in city.feeds if plan.feed.cadence == cadence]
    keys = {due_key(city.id) if plan.feed.source.periods else raw_key(city.id, plan.id) for plan in plans}
    return dg.AssetSelection.assets(*sorted(keys))


def _addressed_by_period(scope: Scope) -> dg.AssetSelection:
    keys = [raw_key(city.id, plan.id) for city, plan in scope.feeds() if plan.feed.source.periods]
    return dg.AssetSelection.assets(*keys)


def _inbox_sensor(scope: Scope) -> dg.SensorDefinition:
    """Starts a run when a file was dropped into the inbox and is no longer being written."""

    @dg.sensor(
        job_name=MAIN_JOB,
        name="inbox",
        minimum_interval_seconds=30,
        description="Looks for files in the inbox of the home and assesses when one has arrived completely.",
    )
    def inbox(context: dg.SensorEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
        waiting = [file for city, plan in scope.feeds() for file in _complete_files(scope.home.inbox(city.id, plan.id))]
        if not waiting:
            yield dg.SkipReason("the inbox is empty")
            return
        # The same files give the same key, so one drop starts one run however often this looks.
        key = ";".join(sorted(f"{file.parent.name}/{file.name}@{file.stat().st_mtime_ns}" for file in waiting))
        yield dg.RunRequest(run_key=key, tags={"sga/inbox": str(len(waiting))})

    return inbox


def _complete_files(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        now = datetime.now().timestamp()
        for file in sorted(folder.iterdir()):
            if file.is_file() and not file.name.startswith(".") and now - file.stat().st_mtime >= STEADY_SECONDS:
                yield file
