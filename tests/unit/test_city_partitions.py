"""In Dagster a city is a partition: whatever starts a run starts it for one city, and a run touches that city alone."""

from __future__ import annotations

import os
import time
from datetime import datetime
from pathlib import Path

import dagster as dg
import pytest

from sga_pipeline.home import Home
from sga_pipeline.orchestration.definitions import definitions
from sga_pipeline.orchestration.schedules import MAIN_JOB, STEADY_SECONDS
from sga_pipeline.orchestration.scope import Scope
from tests.city_folder import HEADER, write_city

ALBA, BIRKA = "xx_alba", "xx_birka"


@pytest.fixture(scope="module")
def scope(tmp_path_factory: pytest.TempPathFactory) -> Scope:
    folder = tmp_path_factory.mktemp("cities")
    home = Home(folder / "home")
    home.prepare()
    return Scope(home, (write_city(folder, city_id=ALBA), write_city(folder, city_id=BIRKA)))


@pytest.fixture(scope="module")
def defs(scope: Scope) -> dg.Definitions:
    return definitions(scope)


def test_the_job_has_a_partition_for_each_city(defs: dg.Definitions) -> None:
    job = defs.resolve_job_def(MAIN_JOB)
    assert job.partitions_def is not None and list(job.partitions_def.get_partition_keys()) == [ALBA, BIRKA]
    keys = {"/".join(key.path) for key in job.asset_layer.executable_asset_keys}
    assert {"raw/due", "conformed/run_records", "main/observations", "release/city", "release/programme"} <= keys
    assert not {f"raw/{one}/incidents" for one in (ALBA, BIRKA)} & keys


def test_a_schedule_starts_its_own_city(defs: dg.Definitions) -> None:
    names = {one.name for one in defs.schedules or []}
    assert names == {f"{ALBA}_schedule", f"{BIRKA}_schedule"}
    found = defs.resolve_schedule_def(f"{BIRKA}_schedule")
    assert found.execution_timezone == "America/Bogota"
    tick = found.evaluate_tick(
        dg.build_schedule_context(
            scheduled_execution_time=datetime(2024, 1, 5), repository_def=defs.get_repository_def()
        )
    )
    assert [one.partition_key for one in tick.run_requests or []] == [BIRKA]


def test_a_file_in_the_inbox_starts_the_city_it_is_for(scope: Scope, defs: dg.Definitions) -> None:
    sensor = defs.resolve_sensor_def("inbox")
    context = dg.build_sensor_context(repository_def=defs.get_repository_def())
    assert sensor.evaluate_tick(context).skip_message == "the inbox is empty"
    folder = scope.home.inbox(ALBA, "incidents")
    folder.mkdir(parents=True)
    (folder / "new.csv").write_text(HEADER)
    then = time.time() - 2 * STEADY_SECONDS
    os.utime(folder / "new.csv", (then, then))
    requests = sensor.evaluate_tick(context).run_requests or []
    assert [one.partition_key for one in requests] == [ALBA]
    (folder / "new.csv").unlink()


def test_a_city_from_which_nothing_came_publishes_nothing(scope: Scope, defs: dg.Definitions) -> None:
    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    with dg.DagsterInstance.ephemeral() as instance:
        done = defs.resolve_job_def(MAIN_JOB).execute_in_process(
            instance=instance, raise_on_error=False, run_config=quiet, partition_key=BIRKA
        )
    assert not done.success
    failed = [event for event in done.all_events if event.is_step_failure]
    assert [event.step_key for event in failed] == ["conformed__run_records"]
    error = failed[0].step_failure_data.error
    while error is not None and error.cause is not None:
        error = error.cause
    assert error is not None and "no data yet" in error.message and "incidents.csv" in error.message
    home: Path = scope.home.path
    assert not (home / "published").exists() and not (home / "raw" / ALBA).exists()
    assert not (home / "conformed" / "crime_events" / f"city_id={ALBA}").exists()
