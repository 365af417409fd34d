"""`sga ui`: Dagster's web server and daemon on the same code location as workspace.yaml."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from sga_pipeline.cli.common import Commands, command, home_of
from sga_pipeline.cli.free_port import check_port, port_number

GRACE_SECONDS = 15


def register(commands: Commands) -> None:
    parser = command(commands, "ui", "start Dagster's web interface and its daemon", run)
    parser.add_argument(
        "city_dirs",
        metavar="CITY_DIR",
        nargs="*",
        type=Path,
        help="cities to show (default: all of the project and of the home)",
    )
    parser.add_argument("--port", type=port_number, default=3000, help="default: %(default)s")
    parser.add_argument(
        "--host", default="127.0.0.1", help="Dagster has no log-in: leave this, or put a proxy with one in front"
    )


def run(arguments: argparse.Namespace) -> int:
    from sga_pipeline.contracts.assessment import read_assessment
    from sga_pipeline.orchestration.instance import prepare_instance
    from sga_pipeline.paths import PROJECT

    check_port(arguments.host, arguments.port)
    home = home_of(arguments)
    home.prepare()
    prepare_instance(home.dagster)
    environment = {**os.environ, "SGA_HOME": str(home.path), "DAGSTER_HOME": str(home.dagster)}
    if arguments.city_dirs:
        folders = [folder.resolve() for folder in arguments.city_dirs]
        read_assessment(folders)
        environment["SGA_CITIES"] = os.pathsep.join(str(folder) for folder in folders)
    print(f"Dagster for the home {home.path}: http://{arguments.host}:{arguments.port}   (Ctrl-C ends it)", flush=True)
    dagster = Path(sys.executable).with_name("dagster")
    address = ["-h", arguments.host, "-p", str(arguments.port)]
    return _serve([str(dagster), "dev", "-w", str(PROJECT / "workspace.yaml"), *address], environment, PROJECT)


def _serve(command: list[str], environment: dict[str, str], folder: Path) -> int:
    """Run server and daemon until somebody ends them: they are a family of processes, and all of it ends."""
    ended_by: list[int] = []

    def end(number: int, _: object) -> None:
        ended_by.append(number)
        _signal_family(server.pid, signal.SIGTERM)

    server = subprocess.Popen(command, env=environment, cwd=folder, start_new_session=True)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end)
    status = server.wait()
    # A run at work needs a moment to be recorded as ended; what does not end by itself is ended.
    _signal_family(server.pid, signal.SIGTERM)
    deadline = time.monotonic() + GRACE_SECONDS
    while _signal_family(server.pid, 0) and time.monotonic() < deadline:
        time.sleep(0.1)
    _signal_family(server.pid, signal.SIGKILL)
    return 1 if status and not ended_by else 0


def _signal_family(leader: int, number: int) -> bool:
    """Send a signal to all that are left of a family; false where nobody is left."""
    try:
        os.killpg(leader, number)
    except ProcessLookupError:
        return False
    return True
