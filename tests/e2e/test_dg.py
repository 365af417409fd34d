"""Dagster's own command line on a checkout: `dg check defs` and `dg list defs` see what the server sees."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.runs import data_folder

PROJECT = Path(__file__).resolve().parents[2]


def dg(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("SGA_", "DAGSTER_"))}
    environment |= {"SGA_HOME": str(folder / "home"), "SGA_CITY_DATA": str(data_folder())}
    command = [str(Path(sys.executable).with_name("dg")), *arguments]
    return subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)


def test_the_definitions_are_checked(tmp_path: Path) -> None:
    done = dg(tmp_path, "check", "defs")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "All definitions loaded successfully." in done.stdout + done.stderr


def test_the_definitions_are_listed(tmp_path: Path) -> None:
    done = dg(tmp_path, "list", "defs", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    listed = json.dumps(json.loads(done.stdout))
    for name in ("raw/xx_port_alder/police_incidents", "release/city", '"inbox"', '"alerts"'):
        assert name in listed, name
