"""What Progress writes: on a terminal of any width and kind, in a log, and where nobody looks any more."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from sga_pipeline.cli.progress import spent
from tests.terminal import Watched

# Two stages, of which the second takes a while, with a file in the place of descriptor 2 as Dagster puts it there.
STAGES = """
import os, sys, time
from sga_pipeline.cli.progress import Progress
from sga_pipeline.orchestration.progress import Step
with Progress() as progress:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    for feed in ("population", "police_incidents_of_the_whole_province"):
        progress.show(Step("pull", "xx_port_alder " + feed, "feed", 2))
    progress.show(Step("build", "", "table", 1200))
    for at in range(1100):
        if at % 100 == 0: time.sleep(0.11)
        progress.show(Step("build", f"main__table_{at}", "table", 1200))
    time.sleep(float(sys.argv[1]))
    if len(sys.argv) > 2: raise SystemExit(1)
"""


def watched(columns: int, *arguments: str, seconds: float = 2.5, **env: str) -> Watched:
    return Watched([sys.executable, "-c", STAGES, str(seconds), *arguments], columns, env)


def test_the_line_of_the_stage_at_work_changes_and_those_that_ended_stay() -> None:
    on = watched(80)
    assert on.watch_to_the_end() == 0
    start, pull, build = on.lines()
    assert re.fullmatch(r"start {30,}\d+ s", start) and re.fullmatch(r"pull    2 feeds {20,}\d+ s", pull)
    assert re.fullmatch(r"build   1,100 of 1,200 tables +\d+ s", build)
    seen = [re.sub(r" +\d+ s\b", " -", line) for line in on.seen()]
    assert "build   501 of 1,200 tables -  main__table_500" in seen
    # Time goes on while nothing is reported.
    times = {line for line in on.seen() if line.startswith("build   1,100 of 1,200 tables ")}
    assert len(times) >= 3


@pytest.mark.parametrize("columns", [40, 20])
def test_nothing_wraps_on_a_narrow_terminal(columns: int) -> None:
    on = watched(columns, seconds=0)
    assert on.watch_to_the_end() == 0
    assert all(len(line) < columns for line in on.seen())
    assert [line.split()[0] for line in on.lines()] == ["start", "pull", "build"]


def test_a_terminal_may_be_made_narrower_and_wider() -> None:
    on = watched(100, seconds=6)
    on.watch_until("main__table_1099")
    on.resize(45)
    on.watch_until_changed()
    assert all(len(line) < 45 for line in on.watch_until_changed())
    on.resize(100)
    on.watch_until("main__table_1099")
    assert on.watch_to_the_end() == 0
    assert [line.split()[0] for line in on.lines()] == ["start", "pull", "build"]


def test_without_colours_there_are_none_and_a_dumb_terminal_gets_plain_lines() -> None:
    coloured, plain, dumb = watched(80, seconds=0), watched(80, seconds=0, NO_COLOR="1"), watched(80, TERM="dumb")
    for one in (coloured, plain, dumb):
        assert one.watch_to_the_end() == 0
    assert b"\x1b[2m" in coloured.written
    assert b"m" not in b"".join(re.findall(rb"\x1b\[[\d;]*\w", plain.written)) and b"\x1b[K" in plain.written
    assert b"\x1b" not in dumb.written and dumb.written.count(b"\n") == 3


def test_what_is_stopped_says_where() -> None:
    on = watched(40, "fail", seconds=0)
    assert on.watch_to_the_end() == 1
    assert re.fullmatch(r"build   stopped at 1,100 of 1,200 +\d+ s", on.lines()[-1])


def test_a_log_gets_a_line_for_each_stage() -> None:
    done = subprocess.run([sys.executable, "-c", STAGES, "1.2"], capture_output=True, text=True, check=True)
    assert [line.split()[0] for line in done.stderr.splitlines()] == ["start", "pull", "build"]
    assert "\x1b" not in done.stderr and "\r" not in done.stderr


@pytest.mark.parametrize("nobody", ["2>&-", "2>&1 >/dev/null | true"])
def test_whoever_looked_may_go(nobody: str) -> None:
    """The run goes on: it ends well after its reader has gone."""
    program = f'"$0" -c "$1" 0.5 {nobody}; test "${{PIPESTATUS[0]}}" = 0'
    subprocess.run(["bash", "-c", program, sys.executable, STAGES], check=True)


def test_time_is_written_as_people_say_it() -> None:
    assert [spent(one) for one in (0.4, 59.4, 59.6, 125, 3599, 3725)] == [
        "0 s",
        "59 s",
        "1 min 00 s",
        "2 min 05 s",
        "59 min 59 s",
        "1 h 02 min",
    ]
