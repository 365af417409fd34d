"""Whole runs that several tests look at, made once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.runs import Run, data_folder, sga


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The made-up city, assessed as `make demo` does."""
    home = tmp_path_factory.mktemp("demo") / "home"
    done = sga("demo", "--home", home)
    return Run(home, "xx_port_alder", done.returncode, done.stdout + done.stderr)


def real_city(tmp_path_factory: pytest.TempPathFactory, city_id: str, folder: str) -> Run:
    data = data_folder()
    if not (data / folder).is_dir():
        pytest.skip(f"the real files of {city_id} are not here (no folder {folder} in SGA_CITY_DATA or ../shared/data)")
    home = tmp_path_factory.mktemp(city_id) / "home"
    project = Path(__file__).resolve().parents[1]
    done = sga("run", "--home", home, project / "contracts" / "cities" / city_id, env={"SGA_CITY_DATA": str(data)})
    return Run(home, city_id, done.returncode, done.stdout + done.stderr)


@pytest.fixture(scope="session")
def chicago(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return real_city(tmp_path_factory, "us_chicago", "chicago")


@pytest.fixture(scope="session")
def mexico_city(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return real_city(tmp_path_factory, "mx_mexico_city", "mexico_city")
