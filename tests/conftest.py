"""Whole runs that several tests look at, made once, whichever worker asks first."""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path

import pytest

from tests.runs import Run, data_folder, sga

# Folders whose tests run the pipeline.
RUNNING = {"browser", "campaign", "docs", "e2e", "gaps", "golden", "planted"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What runs the pipeline goes first: a long file left to the end keeps one worker busy and the others waiting."""
    items.sort(
        key=lambda item: item.path.parent.name not in RUNNING and not hasattr(getattr(item, "module", None), "sga")
    )


def made_once(
    factory: pytest.TempPathFactory, city_id: str, *command: str | Path, own_process: bool = False, **env: str
) -> Run:
    """A home after `sga command`, of one city or several; the workers of one test run share it, and none may change it."""
    folder = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    home, result = folder / f"home_{city_id}", folder / f"{city_id}.json"
    with (folder / f"{city_id}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not result.is_file():
            done = sga(command[0], "--home", home, *command[1:], env=env, own_process=own_process)
            result.write_text(json.dumps([done.returncode, done.stdout + done.stderr]))
    status, said = json.loads(result.read_text())
    return Run(home, city_id, status, said)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The made-up city, assessed as `make demo` does."""
    return made_once(tmp_path_factory, "xx_port_alder", "demo", own_process=True)


@pytest.fixture(scope="session")
def golden(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The city of hand-worked cases: every one of the guide's lines."""
    run = made_once(tmp_path_factory, "xx_golden", "run", Path(__file__).resolve().parent / "golden" / "xx_golden")
    assert run.status == 0, run.said
    return run


@pytest.fixture(scope="session")
def small_cities(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The cities of several files in one home, by one command: what each is about stands in its file."""
    from tests.e2e import test_points_city
    from tests.gaps import test_strange_codes
    from tests.golden import test_deaths_by_cause
    from tests.planted import test_deliveries_and_keys, test_readings_and_comparisons, test_rows_that_may_belong

    folder = tmp_path_factory.mktemp("small_cities")
    cities = [one.city_in(folder) for one in (test_points_city, test_strange_codes, test_deaths_by_cause)]
    for one in (test_rows_that_may_belong, test_deliveries_and_keys, test_readings_and_comparisons):
        cities += one.cities_in(folder)
    run = made_once(tmp_path_factory, "small_cities", "run", *cities)
    # Published, and some cities bring deliveries on purpose that are refused.
    assert run.status == 3, run.said
    return run


def real_city(tmp_path_factory: pytest.TempPathFactory, city_id: str, folder: str) -> Run:
    data = data_folder()
    if not (data / folder).is_dir():
        pytest.skip(f"the real files of {city_id} are not here (no folder {folder} in SGA_CITY_DATA or ../shared/data)")
    project = Path(__file__).resolve().parents[1]
    return made_once(
        tmp_path_factory, city_id, "run", project / "contracts" / "cities" / city_id, SGA_CITY_DATA=str(data)
    )


@pytest.fixture(scope="session")
def chicago(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return real_city(tmp_path_factory, "us_chicago", "chicago")


@pytest.fixture(scope="session")
def mexico_city(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return real_city(tmp_path_factory, "mx_mexico_city", "mexico_city")
