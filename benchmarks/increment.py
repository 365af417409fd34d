"""One new month into ten years: what it costs beside the first run of a single month, and which part of a run it is that costs.

Three things are measured apart: pull and conform (which do only what is new), dbt (which builds the warehouse whole), and `sga run`, which is all of it.
"""

from __future__ import annotations

import argparse
import functools
import os
import resource
import sys
import tempfile
import threading
from datetime import UTC, date, datetime
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import duckdb
from city import INCIDENTS, write_city
from run import SGA, Cost, measure

from sga_pipeline.paths import DBT_PROJECT
from sga_pipeline.periods import periods_between

DBT = Path(sys.executable).with_name("dbt")
MONTHS = list(periods_between("M", "2016-01", date(2026, 1, 31)))


class Quiet(SimpleHTTPRequestHandler):
    """A plain web server, which knows when a file has not changed."""

    def log_message(self, format: str, *args: object) -> None:
        pass


def write_months(folder: Path, rows: int, address: str) -> tuple[Path, Path]:
    """The benchmark's city with a file a month, the newest of them still to come."""
    city = write_city(folder, rows * len(MONTHS))
    whole, shelf, coming = city / "data" / "incidents.csv", folder / "shelf", folder / "coming"
    shelf.mkdir()
    coming.mkdir()
    with duckdb.connect(config={"threads": 1}) as con:
        con.execute(f"create table incidents as select * from read_csv('{whole}', all_varchar = true)")
        for number, month in enumerate(MONTHS):
            con.execute(
                f"copy (from incidents where rowid // {rows} = {number}) to '{coming / month}.csv' (header, delimiter ';')"
            )
    whole.unlink()
    feed = city / "feeds" / "incidents.yaml"
    source = (
        f"source: {{connector: http, address: '{address}/{{period}}.csv', periods: {{freq: M, first: {MONTHS[0]}}}}}"
    )
    text = feed.read_text().replace("source: {connector: file, address: incidents.csv}", source)
    feed.write_text(
        text.replace("coverage: {first: 2016-01-01, last: 2025-12-31}\n", "")
        .replace("cadence: annual", "cadence: monthly")
        .replace("replaces: all", "replaces: period")
    )
    assert source in INCIDENTS.replace("source: {connector: file, address: incidents.csv}", source)
    return city, shelf


def deliver(shelf: Path, months: list[str]) -> None:
    for month in months:
        os.replace(shelf.parent / "coming" / f"{month}.csv", shelf / f"{month}.csv")


def pull_and_conform(city_folder: Path, home: Path) -> None:
    """The two rooms that work delivery by delivery, without Dagster; prints seconds of CPU of each."""
    from sga_pipeline.conform.feed import conform_feed
    from sga_pipeline.contracts.assessment import read_assessment
    from sga_pipeline.home import Home
    from sga_pipeline.raw.pull import pull_feed
    from sga_pipeline.raw.refused_periods import refused_periods
    from sga_pipeline.raw.store import RawStore

    city, place = read_assessment([city_folder]).cities[0], Home(home)
    plan = next(one for one in city.feeds if one.id == "incidents")
    store, started = RawStore(place, city.id, plan.id), _spent()
    with place.lock(city.id):
        refused = refused_periods(plan, store.arrivals(), place)
        pulled = pull_feed(plan, city, place, now=datetime.now(UTC), as_of=date(2026, 2, 1), refused=refused)
        between = _spent()
        conformed = conform_feed(plan, store.arrivals(), place)
    print(len(pulled), between - started, sum(one.fresh for one in conformed), _spent() - between)


def _spent() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def stages(city: Path, home: Path) -> tuple[float, float, float, float]:
    import subprocess

    command = [sys.executable, __file__, "--stages", str(city), str(home)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    asked, pull, fresh, conform = map(float, done.stdout.split())
    return asked, pull, fresh, conform


def growing(folder: Path, rows: int) -> None:
    """One file that holds everything, and comes again with a month more or a row written anew."""
    city = write_city(folder / "growing", rows * len(MONTHS))
    file, home = city / "data" / "incidents.csv", folder / "growing_home"
    lines = file.read_bytes().splitlines(keepends=True)
    months = 1 + rows * (len(MONTHS) - 1)
    middle = len(lines) // 2
    anew = [*lines[:middle], b"F" + lines[middle][1:], *lines[middle + 1 :]]
    print("\n| one file | stretches conformed | conform: cpu s |\n| --- | --- | --- |")
    versions = {"120 months": lines[:months], "a month more": lines, "a row in the middle written anew": anew}
    for what, version in versions.items():
        file.write_bytes(b"".join(version))
        before = {one.name for one in home.rglob("conformed/crime_events/**/*.parquet")}
        *_, conform = stages(city, home)
        after = {one.name for one in home.rglob("conformed/crime_events/**/*.parquet")}
        print(f"| {what} | {len(after - before)} of {len(after)} | {conform:.2f} |")


def dbt_alone(home: Path, folder: Path) -> Cost:
    os.environ |= {"SGA_HOME": str(home), "DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DO_NOT_TRACK": "1"}
    return measure(
        [
            str(DBT),
            "--quiet",
            "build",
            "--full-refresh",
            "--exclude-resource-type",
            "unit_test",
            "--target-path",
            str(folder / "target"),
            "--project-dir",
            str(DBT_PROJECT),
            "--profiles-dir",
            str(DBT_PROJECT),
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000, help="incidents a month")
    parser.add_argument(
        "--growing", action="store_true", help="measure one file that grows, in place of a file a month"
    )
    parser.add_argument("--whole", action="store_true", help="measure `sga run` and dbt as well")
    parser.add_argument("--stages", nargs=2, metavar=("CITY", "HOME"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.stages:
        pull_and_conform(Path(arguments.stages[0]), Path(arguments.stages[1]))
        return
    with tempfile.TemporaryDirectory(prefix="sga-bench-") as name:
        folder = Path(name)
        if arguments.growing:
            growing(folder, arguments.rows)
            return
        with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder / "shelf"))) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            city, shelf = write_months(folder, arguments.rows, f"http://127.0.0.1:{server.server_port}")
            report(city, shelf, folder, arguments)
            server.shutdown()


def report(city: Path, shelf: Path, folder: Path, arguments: argparse.Namespace) -> None:
    print(
        f"{arguments.rows:,} incidents a month\n\n| | months asked for | pull: cpu s | deliveries conformed | conform: cpu s |\n| --- | --- | --- | --- | --- |"
    )
    found = {}
    deliver(shelf, MONTHS[:1])
    # Of one month alone the contract must not speak of ten years: the others would be asked for in vain.
    feed = city / "feeds" / "incidents.yaml"
    text = feed.read_text()
    feed.write_text(text.replace(f"first: {MONTHS[0]}}}", f"first: {MONTHS[0]}, last: {MONTHS[0]}}}"))
    found["the first month"] = stages(city, folder / "one")
    one = measure([str(SGA), "run", "--home", str(folder / "one_whole"), str(city)]) if arguments.whole else None
    feed.write_text(text)
    deliver(shelf, MONTHS[1:-1])
    found["the first 120 months"] = stages(city, folder / "many")
    many = measure([str(SGA), "run", "--home", str(folder / "many"), str(city)]) if arguments.whole else None
    deliver(shelf, MONTHS[-1:])
    found["month 121 into 120"] = stages(city, folder / "many")
    found["nothing new"] = stages(city, folder / "many")
    for what, (asked, pull, fresh, conform) in found.items():
        print(f"| {what} | {asked:.0f} | {pull:.2f} | {fresh:.0f} | {conform:.2f} |")
    new, first = found["month 121 into 120"], found["the first month"]
    print(f"\nmonth 121 costs {(new[1] + new[3]) / (first[1] + first[3]):.2f} times the first month (pull and conform)")
    if one and many:
        # The month is already conformed: what is left to a whole run is Dagster, the register, dbt and the release.
        rest = measure([str(SGA), "run", "--home", str(folder / "many"), str(city)])
        dbt = dbt_alone(folder / "many", folder)
        added = rest.cpu + new[1] + new[3]
        print(
            f"sga run: first month {one.cpu:.1f} s cpu; month 121 {added:.1f} s, of which dbt {dbt.cpu:.1f} s ({dbt.cpu / added:.0%}), "
            f"pull and conform {new[1] + new[3]:.1f} s; ratio {added / one.cpu:.2f}"
        )


if __name__ == "__main__":
    main()
