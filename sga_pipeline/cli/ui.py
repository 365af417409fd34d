"""`sga ui`: Dagster's web server and daemon on the same code location as workspace.yaml."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from pathlib import Path

from sga_pipeline.cli.common import Commands, command, home_of


def register(commands: Commands) -> None:
    parser = command(commands, "ui", "start Dagster's web interface and its daemon", run)
    parser.add_argument(
        "city_dirs",
        metavar="CITY_DIR",
        nargs="*",
        type=Path,
        help="cities to show (default: all of the project and of the home)",
    )
    parser.add_argument("--port", type=int, default=3000)
    parser.add_argument(
        "--host", default="127.0.0.1", help="Dagster has no log-in: leave this, or put a proxy with one in front"
    )


def run(arguments: argparse.Namespace) -> int:
    from sga_pipeline.contracts.assessment import read_assessment
    from sga_pipeline.orchestration.instance import prepare_instance
    from sga_pipeline.paths import PROJECT

    home = home_of(arguments)
    home.prepare()
    prepare_instance(home.dagster)
    environment = {**os.environ, "SGA_HOME": str(home.path), "DAGSTER_HOME": str(home.dagster)}
    if arguments.city_dirs:
        folders = [folder.resolve() for folder in arguments.city_dirs]
        read_assessment(folders)
        environment["SGA_CITIES"] = os.pathsep.join(str(folder) for folder in folders)
    dagster = Path(sys.executable).with_name("dagster")
    print(f"Dagster for the home {home.path}: http://{arguments.host}:{arguments.port}   (Ctrl-C ends it)", flush=True)
    server = subprocess.Popen(
        [str(dagster), "dev", "-w", str(PROJECT / "workspace.yaml"), "-h", arguments.host, "-p", str(arguments.port)],
        env=environment,
        cwd=PROJECT,
        start_new_session=True,
    )
    # The server and the daemon are a family of processes; whoever ends this command ends all of them.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: os.killpg(server.pid, signal.SIGTERM))
    return server.wait() and 0
