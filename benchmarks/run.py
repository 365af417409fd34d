"""`make bench`: a run beside the hand-written script, at 1 and 10 million incidents, one after the other in one session."""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb
from city import write_city

HERE = Path(__file__).parent
SGA = Path(sys.executable).with_name("sga")
TINY = 1_000


@dataclass(frozen=True)
class Cost:
    """What a command took: with everything it started, and the largest of its processes."""

    wall: float
    cpu: float
    peak_mb: float

    def less(self, fixed: Cost) -> Cost:
        return Cost(self.wall - fixed.wall, self.cpu - fixed.cpu, self.peak_mb)


def measure(command: list[str]) -> Cost:
    """Run a command to its end; children of its children count too."""
    started = time.monotonic()
    with tempfile.TemporaryFile() as said:
        pid = os.posix_spawn(
            command[0],
            command,
            dict(os.environ),
            file_actions=[(os.POSIX_SPAWN_DUP2, said.fileno(), 1), (os.POSIX_SPAWN_DUP2, said.fileno(), 2)],
        )
        watch = _Watch(pid)
        watch.start()
        _, status, used = os.wait4(pid, 0)
        watch.stop()
        if os.waitstatus_to_exitcode(status) != 0:
            said.seek(0)
            raise SystemExit(f"{' '.join(command)} failed:\n{said.read().decode()[-2000:]}")
    return Cost(time.monotonic() - started, used.ru_utime + used.ru_stime, max(used.ru_maxrss / 1024, watch.peak_mb))


class _Watch(threading.Thread):
    """Adds up the resident memory of a process and all it started, twice a second."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid, self.peak_mb, self.going = pid, 0.0, True

    def run(self) -> None:
        while self.going:
            self.peak_mb = max(self.peak_mb, sum(map(_resident_mb, _family(self.pid))))
            time.sleep(0.5)

    def stop(self) -> None:
        self.going = False
        self.join()


def _family(pid: int) -> list[int]:
    found = [pid]
    for one in found:
        try:
            for task in Path(f"/proc/{one}/task").iterdir():
                found += [int(child) for child in (task / "children").read_text().split()]
        except OSError:
            continue
    return found


def _resident_mb(pid: int) -> float:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    except (OSError, ValueError, IndexError):
        return 0.0


def compare(rows: int, fixed: Cost, folder: Path) -> list[str]:
    """One line of the table; and both ways must have counted the same."""
    city = write_city(folder / str(rows), rows)
    home, other = folder / f"home-{rows}", folder / f"hand-{rows}"
    hand = measure([sys.executable, str(HERE / "by_hand.py"), str(city), str(other)])
    ours = measure([str(SGA), "run", "--home", str(home), str(city)])
    again = measure([str(SGA), "run", "--home", str(home), str(city)])
    _agree(home, other)
    shutil.rmtree(folder / str(rows))
    shutil.rmtree(home)
    shutil.rmtree(other)
    work = ours.less(fixed)
    return [
        f"{rows:,}",
        f"{hand.wall:.1f}",
        f"{hand.cpu:.1f}",
        f"{hand.peak_mb:.0f}",
        f"{ours.wall:.1f}",
        f"{ours.cpu:.1f}",
        f"{ours.peak_mb:.0f}",
        f"{work.cpu / hand.cpu:.2f}",
        f"{ours.cpu / hand.cpu:.2f}",
        f"{work.wall / hand.wall:.2f}",
        f"{again.cpu:.1f}",
    ]


def _agree(home: Path, other: Path) -> None:
    """Both kept, set aside and doubled the same numbers. Which of two doubled rows is kept differs: a join by hand loses their order."""
    release = home / "published" / "xx_bench" / "current" / "sga.duckdb"
    with duckdb.connect(str(release), read_only=True) as con:
        ours = con.execute("select rows_kept, rows_quarantined from deliveries where feed_id = 'incidents'").fetchone()
    with duckdb.connect(str(other / "by_hand.duckdb"), read_only=True) as con:
        hand = con.execute(
            f"select (select sum(n) from cells)::bigint, (select count(*) from read_parquet('{other}/quarantine.parquet'))"
        ).fetchone()
    if ours != hand:
        raise SystemExit(f"the two ways disagree, so the comparison would mean nothing: {ours} against {hand}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 10_000_000])
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sga-bench-") as name:
        folder = Path(name)
        tiny = write_city(folder / "tiny", TINY)
        measure([str(SGA), "run", "--home", str(folder / "warm"), str(tiny)])
        fixed = measure([str(SGA), "run", "--home", str(folder / "fixed"), str(tiny)])
        lines = [compare(rows, fixed, folder) for rows in arguments.rows]
    head = [
        "incidents",
        "hand: wall s",
        "cpu s",
        "MB",
        "sga run: wall s",
        "cpu s",
        "MB",
        "cpu ratio without fixed cost",
        "cpu ratio in all",
        "wall ratio without fixed cost",
        "rerun cpu s",
    ]
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, DuckDB {duckdb.__version__}"
    )
    print(
        f"fixed cost of a run (imports, Dagster, dbt; {TINY:,} incidents): {fixed.wall:.1f} s wall, {fixed.cpu:.1f} s cpu, {fixed.peak_mb:.0f} MB\n"
    )
    for row in [head, ["---"] * len(head), *lines]:
        print("| " + " | ".join(row) + " |")


if __name__ == "__main__":
    main()
