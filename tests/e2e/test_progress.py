"""What a run shows while it goes on: on a terminal, on a narrow one that is made wider, and where nobody looks."""

from __future__ import annotations

import re
from pathlib import Path

from tests.city_folder import HEADER, write_city
from tests.runs import SGA, sga
from tests.terminal import Watched

STAGES = ["start", "pull", "conform", "build", "publish"]
ENDED = re.compile(r"^(\w+) +(?:(\d+) (feeds?|tables?|city|cities))? +(?:\d+ min )?\d+ s$")


def small_city(folder: Path) -> Path:
    city = write_city(folder)
    (city / "data" / "incidents.csv").write_text(f"{HEADER}e1,2023-04-01,2023-04-02,hom,7,,G,Y\n", encoding="utf-8")
    return city


def test_a_terminal_shows_each_stage_with_count_and_time(tmp_path: Path) -> None:
    """Also at 40 columns, and when the terminal is made wider and narrower again while a run goes on."""
    watched = Watched([SGA, "run", "--home", tmp_path / "home", small_city(tmp_path)], columns=40)
    watched.watch_until("build")
    narrow = watched.seen()
    watched.resize(100)
    watched.watch_until(" tables ")
    watched.watch_until("publish ")
    watched.resize(40)
    assert watched.watch_to_the_end() == 0
    stages = [line for line in watched.lines() if ENDED.match(line)]
    assert [line.split()[0] for line in stages] == STAGES, watched.lines()
    counts = [ENDED.sub(r"\2 \3", line).strip() for line in stages]
    feeds, tables = counts[1], int(counts[3].split()[0])
    assert counts == ["", feeds, feeds, f"{tables} tables", "1 city"] and tables > 100
    # The line of the stage at work goes on: its time from second to second, its count from table to table.
    assert len({line for line in narrow if line.startswith("start")}) >= 2
    building = [line for line in watched.seen() if re.match(rf"build +\d+ of {tables} tables", line)]
    assert len(building) > 10
    # With room, what is being done is shown as well; without, nothing wraps.
    assert any(re.search(r"s  \w+", line) for line in building)
    assert all(len(line) < 40 for line in narrow)
    # Nothing else was written in between: a line for each stage and then what was published.
    assert watched.lines()[: len(STAGES)] == stages
    assert watched.lines()[len(STAGES)].startswith("xx_small: published release")


def test_elsewhere_a_line_for_each_stage_is_all(tmp_path: Path) -> None:
    done = sga("run", "--home", tmp_path / "home", small_city(tmp_path), own_process=True)
    assert done.returncode == 0, done.stderr
    assert [line.split()[0] for line in done.stderr.splitlines()] == STAGES
    assert all(ENDED.match(line) for line in done.stderr.splitlines()), done.stderr
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", done.stderr + done.stdout)
    # A run that finds nothing new builds and publishes nothing, and says so by leaving them out.
    again = sga("run", "--home", tmp_path / "home", tmp_path / "xx_small", own_process=True)
    ended = [line.split()[0] for line in again.stderr.splitlines()]
    assert ended == [one for one in STAGES if one not in ("build", "publish")]
