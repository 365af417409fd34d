"""Killed while it conforms a shared feed: whatever is left, the same city and others come to the same rows as if nothing had happened."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from sga_pipeline.conform.feed import conform_feed
from sga_pipeline.contracts.assessment import CityPlan, read_assessment
from sga_pipeline.home import Home
from sga_pipeline.raw.pull import pull_feed
from sga_pipeline.raw.store import RawStore
from tests.shared_cities import ALBA, BIRKA, RESIDENTS, residents, write_shared, write_user

KILLS = 30
# Imports everything once, and conforms in children of its own, each of which dies where it is set to; 0: not at all.
CHILD = """
import os, signal, sys
from pathlib import Path
from tests.faults.test_killed_shared_conform import conform
from sga_pipeline.contracts.assessment import read_assessment
CALLS = {"link", "unlink", "replace", "open", "write", "fsync", "mkdir", "write_parquet", "write_table", "close", "stat", "flock"}
city, made = read_assessment([Path(sys.argv[1])]).cities[0], 0
def look(frame, event, arg):
    global made
    if event in {"c_call", "c_return"} and getattr(arg, "__name__", "") in CALLS:
        made += 1
        if made == die_at:
            os.kill(os.getpid(), signal.SIGKILL)
for line in sys.stdin:
    home, die_at = line.split()[0], int(line.split()[1])
    child = os.fork()
    if child == 0:
        sys.setprofile(look)
        conform(city, Path(home))
        sys.setprofile(None)
        print("calls", made, flush=True)
        os._exit(0)
    print("ended", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


def conform(city: CityPlan, home: Path) -> None:
    plan, place = city.feeds[0], Home(home)
    with place.lock(city.id):
        conform_feed(plan, RawStore(place, city.id, plan.id).arrivals(), place)


def left(home: Path) -> dict[str, bytes]:
    """Every file of rows, and none that is half."""
    files = [one for folder in ("conformed", "quarantine") for one in (home / folder).rglob("*") if one.is_file()]
    assert not [one for one in files if one.name.endswith(".writing")]
    return {str(one.relative_to(home)): one.read_bytes() for one in files}


@pytest.mark.timeout(600)
def test_killed_anywhere_the_next_run_of_any_city_makes_good(tmp_path: Path) -> None:
    source = RESIDENTS.replace('{connector: http, address: "ADDRESS", retries: 0}', "{connector: file, address: n.csv}")
    write_shared(tmp_path, "", {"national_residents": source})
    (tmp_path / "shared" / "data").mkdir()
    (tmp_path / "shared" / "data" / "n.csv").write_bytes(residents(2023))
    folders = [write_user(tmp_path, one, uses="uses: [national_residents]\n") for one in (ALBA, BIRKA)]
    cities, pulled = read_assessment(folders).cities, tmp_path / "pulled"
    for city in cities:
        pull_feed(city.feeds[0], city, Home(pulled), now=datetime(2024, 3, 1, tzinfo=UTC), as_of=date(2024, 3, 1))

    root = str(Path(__file__).resolve().parents[2])
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, str(folders[0])],
        cwd=root,
        env={**os.environ, "PYTHONPATH": root},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdin and child.stdout

        def begun(name: str, die_at: int) -> Path:
            home = shutil.copytree(pulled, tmp_path / name)
            assert child.stdin
            print(home, die_at, file=child.stdin, flush=True)
            return home

        whole = begun("whole", 0)
        word, calls = child.stdout.readline().split()
        assert word == "calls" and child.stdout.readline() == "ended 0\n"
        conform(cities[1], whole)
        expected = left(whole)
        assert int(calls) > 20 and sum(name.endswith(".parquet") for name in expected) == 6
        for number in range(KILLS):
            home = begun(str(number), 1 + int(calls) * number // KILLS)
            assert child.stdout.readline() == f"ended {-signal.SIGKILL}\n"
            # The other city comes first, and takes nothing for whole that is not.
            for city in reversed(cities):
                conform(city, home)
            assert left(home) == expected, number
        child.stdin.close()
