"""The line for cron in the docs, run as printed and as cron runs it: by /bin/sh, with hardly any environment."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.runs import Run

PAGE = Path(__file__).resolve().parents[2] / "docs" / "operations.md"
FOLDER = "/srv/sga"


@pytest.fixture
def line() -> str:
    """What stands behind the five fields of time."""
    found = re.search(r"^(?:[\d*,/-]+ +){5}(.+)$", PAGE.read_text(encoding="utf-8"), re.M)
    assert found is not None and FOLDER in found[1]
    # To cron a percent sign ends the line.
    assert "%" not in found[1]
    return found[1]


@pytest.fixture
def installed(demo: Run, tmp_path: Path) -> Path:
    """A folder as `make demo` leaves it: the environment in .venv, the home in data."""
    shutil.copytree(demo.home, tmp_path / "data", symlinks=True)
    (tmp_path / ".venv").symlink_to(Path(sys.prefix))
    return tmp_path


def run_by_cron(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {"SHELL": "/bin/sh", "HOME": str(folder), "LOGNAME": "sga", "PATH": "/usr/bin:/bin"}
    command = ["/bin/sh", "-c", line.replace(FOLDER, str(folder))]
    return subprocess.run(command, cwd="/", env=environment, capture_output=True, text=True, check=False)


def current(folder: Path) -> Path:
    return (folder / "data" / "published" / "xx_port_alder" / "current").resolve()


def test_the_line_for_cron_works_as_printed(line: str, installed: Path) -> None:
    """Nothing new: the release in force stays, and cron has nothing to send."""
    before = current(installed)
    done = run_by_cron(line, installed)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert current(installed) == before
    log = (installed / "data" / "cron.log").read_text(encoding="utf-8")
    assert "xx_port_alder: nothing new since release" in log
    assert "\x1b" not in log


def test_what_is_wrong_is_sent(line: str, installed: Path) -> None:
    contract = installed / "data" / "cities" / "xx_port_alder" / "city.yaml"
    contract.write_text(contract.read_text(encoding="utf-8") + "colour: blue\n", encoding="utf-8")
    before = current(installed)
    done = run_by_cron(line, installed)
    assert "colour" in done.stdout and "city.yaml line" in done.stdout
    assert current(installed) == before


def test_a_folder_that_is_not_there_is_sent(line: str, tmp_path: Path) -> None:
    done = run_by_cron(line, tmp_path / "nowhere")
    assert done.returncode != 0 and "nowhere" in done.stderr
