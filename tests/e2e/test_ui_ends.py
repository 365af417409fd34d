"""`sga ui` is ended as a service manager ends it: nothing that it started lives on, not even a run at work."""

from __future__ import annotations

import time
from pathlib import Path

from tests.city_folder import HEADER, write_city
from tests.ui_server import started_ui

LAUNCH = """mutation { launchRun(executionParams: {selector: {repositoryLocationName: "sga", repositoryName: "__repository__",
  jobName: "assess"}, runConfigData: {}}) { __typename ... on PythonError { message } } }"""
RUNS = "{ runsOrError { ... on Runs { results { status } } } }"


def processes_of(home: Path) -> list[str]:
    """The command lines of all processes that were started for a home."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            variables, words = (process / "environ").read_bytes(), (process / "cmdline").read_bytes()
        except OSError:
            continue
        if f"SGA_HOME={home}\0".encode() in variables:
            found.append(words.replace(b"\0", b" ").decode())
    return found


def test_nothing_lives_on(tmp_path: Path) -> None:
    city = write_city(tmp_path)
    (city / "data" / "incidents.csv").write_text(f"{HEADER}e1,2023-04-01,2023-04-02,hom,7,,G,Y\n", encoding="utf-8")
    with started_ui(tmp_path, city) as server:
        assert server.ask(LAUNCH)["launchRun"]["__typename"] == "LaunchRunSuccess"
        deadline, status = time.monotonic() + 240, ""
        while status != "STARTED" and time.monotonic() < deadline:
            time.sleep(0.5)
            [status] = [one["status"] for one in server.ask(RUNS)["runsOrError"]["results"]]
        assert status == "STARTED"
        # Web server, daemon, code server and the run, each of them a process.
        assert len(processes_of(server.home)) >= 4, processes_of(server.home)
    assert processes_of(server.home) == []
