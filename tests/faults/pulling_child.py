"""Pulls one feed in children of its own, each of which dies where it is set to. Started by test_killed_pulls; knows no Dagster.

Reads lines of JSON (home, die_at), forks, writes the child's number, and when it has ended its status and how many calls it made.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from types import FrameType
from typing import Any

from sga_pipeline.contracts.assessment import read_assessment
from sga_pipeline.home import Home
from sga_pipeline.raw.pull import pull_feed

# What goes to the kernel, by name; before and after each of these a process may be killed.
CALLS = frozenset(
    [
        "open",
        "write",
        "writelines",
        "fsync",
        "close",
        "flush",
        "replace",
        "rename",
        "mkdir",
        "rmdir",
        "unlink",
        "chmod",
        "stat",
        "lstat",
        "fstat",
        "scandir",
        "listdir",
        "read",
        "readinto",
        "recv",
        "recv_into",
        "send",
        "sendall",
        "connect",
        "socket",
        "truncate",
        "ftruncate",
        "flock",
        "umask",
    ]
)
NOW, AS_OF = datetime(2024, 3, 1, tzinfo=UTC), date(2024, 3, 1)


def pull(city_folder: Path, home: Path, die_at: int | None, progress: int) -> None:
    made = 0

    def look(frame: FrameType, event: str, arg: Any) -> None:
        nonlocal made
        if event in {"c_call", "c_return"} and getattr(arg, "__name__", "") in CALLS:
            made += 1
            if made == die_at:
                os.kill(os.getpid(), signal.SIGKILL)

    city = ASSESSMENT.cities[0]
    place = Home(home)
    sys.setprofile(look)
    with place.lock(city.id):
        pull_feed(city.feeds[0], city, place, now=NOW, as_of=AS_OF)
    sys.setprofile(None)
    os.write(progress, str(made).encode())


if __name__ == "__main__":
    ASSESSMENT = read_assessment([Path(sys.argv[1])])
    for line in sys.stdin:
        asked = json.loads(line)
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            status = 1
            try:
                pull(Path(sys.argv[1]), Path(asked["home"]), asked["die_at"], writing)
                status = 0
            finally:
                os._exit(status)
        os.close(writing)
        print(child, flush=True)
        _, ended = os.waitpid(child, 0)
        with os.fdopen(reading, "rb") as stream:
            print(json.dumps([os.waitstatus_to_exitcode(ended), int(stream.read() or 0)]), flush=True)
