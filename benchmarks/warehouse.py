"""`make bench`, second part: all categories over 10 million incidents beside one hand-written grouping-sets query, and the cost of more indicators."""

from __future__ import annotations

import argparse
import csv
import os
import shutil
import sys
import tempfile
from pathlib import Path

import city
from run import SGA, TINY, Cost, measure

# What the assessment of a middling city has.
city.DISTRICTS = 20
PROJECT = Path(__file__).resolve().parents[1]
# What a careful hand would write: one scan, every period and area above in one go. It has neither zeros, nor coverage, nor checks.
BY_HAND = """
import duckdb, sys
con = duckdb.connect()
con.execute("set memory_limit = '1GB'; set threads = 2")
con.execute(f'''
  create table counted as
  select area_id, date_trunc('month', occurred_on) as month, date_trunc('quarter', occurred_on) as quarter, year(occurred_on) as year,
    iccs_code, weapon, cleared, count(*) as n
  from read_parquet('{sys.argv[1]}/conformed/crime_events/city_id=xx_bench/**/*.parquet')
  group by grouping sets ((area_id, month, quarter, year, iccs_code, weapon, cleared), (area_id, quarter, year, iccs_code, weapon, cleared),
    (area_id, year, iccs_code, weapon, cleared), (month, quarter, year, iccs_code, weapon, cleared), (quarter, year, iccs_code, weapon, cleared),
    (year, iccs_code, weapon, cleared))''')
"""


INDICATOR_TABLES = ("indicator_definition", "indicator_computation", "indicator_publication")
# What looks at the data once they are counted, and is measured apart (checks.py).
CHECKS = [
    "models/evidence",
    "models/gaps",
    "models/checks",
    "gaps",
    "checks",
    "sources",
    "scores",
    "expectations_about_us_hold",
]


def build(project: Path, home: Path, checks: bool = False) -> Cost:
    os.environ["SGA_HOME"] = str(home)
    dbt = str(Path(sys.executable).with_name("dbt"))
    options = [
        "--project-dir",
        str(project / "dbt_project"),
        "--profiles-dir",
        str(project / "dbt_project"),
        "--target-path",
        str(home / "target"),
    ]
    left_out = [] if checks else ["--exclude", *CHECKS]
    return measure(
        [dbt, "--quiet", "build", "--full-refresh", "--exclude-resource-type", "unit_test", *left_out, *options]
    )


def widened(folder: Path, rows: int) -> Path:
    """The project with as many indicators as asked for: rates over filters of their own, which differ in code and weapon."""
    copy = folder / f"project-{rows}"
    shutil.copytree(
        PROJECT, copy, ignore=shutil.ignore_patterns(".venv", ".git", "data", "target", "*_cache", "__pycache__")
    )
    catalogue = copy / "contracts" / "catalogue"
    tables = {}
    for name in ("measures", *INDICATOR_TABLES):
        with (catalogue / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
            tables[name] = list(csv.DictReader(stream))
    measure_row = next(one for one in tables["measures"] if one["measure_id"] == "robberies_firearm")
    indicator_rows = {
        name: next(one for one in tables[name] if one["indicator_id"] == "crime.robbery_firearm_rate")
        for name in INDICATOR_TABLES
    }
    codes, weapons = (
        ["0101", "020111", "0301", "050211", "0401", "0502", "0701", "0601", "0806"],
        ["firearm", "knife", "none", "other", ""],
    )
    for number in range(rows - len(tables["indicator_definition"])):
        name = f"more_{number}"
        tables["measures"].append(
            {**measure_row, "measure_id": name, "iccs_code": codes[number % 9], "weapon": weapons[number // 9 % 5]}
        )
        for table, row in indicator_rows.items():
            own = {"indicator_id": f"crime.{name}", "numerator": name}
            tables[table].append({column: own.get(column, cell) for column, cell in row.items()})
    for name, wide in tables.items():
        with (catalogue / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, list(wide[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(wide)
    return copy


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--catalogue", type=int, default=1_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sga-bench-") as name:
        folder = Path(name)
        homes = {}
        for rows in (TINY, arguments.rows):
            homes[rows] = folder / f"home-{rows}"
            measure([str(SGA), "run", "--home", str(homes[rows]), str(city.write_city(folder / str(rows), rows))])
        fixed = build(PROJECT, homes[TINY])
        hand = measure([sys.executable, "-c", BY_HAND, str(homes[arguments.rows])])
        now = build(PROJECT, homes[arguments.rows])
        wide = build(widened(folder, arguments.catalogue), homes[arguments.rows])
    with (PROJECT / "contracts" / "catalogue" / "indicator_definition.csv").open(encoding="utf-8") as stream:
        known = sum(1 for _ in stream) - 1
    print("| what | wall s | cpu s | MB | cpu over the hand's, fixed cost apart |")
    print("| --- | --- | --- | --- | --- |")
    print(
        f"| one grouping-sets query by hand, {arguments.rows:,} incidents | {hand.wall:.1f} | {hand.cpu:.1f} | {hand.peak_mb:.0f} | 1 |"
    )
    print(f"| dbt, {TINY:,} incidents (fixed cost) | {fixed.wall:.1f} | {fixed.cpu:.1f} | {fixed.peak_mb:.0f} | |")
    for label, cost in ((known, now), (arguments.catalogue, wide)):
        ratio = cost.less(fixed).cpu / hand.cpu
        print(f"| dbt, {label} indicators | {cost.wall:.1f} | {cost.cpu:.1f} | {cost.peak_mb:.0f} | {ratio:.2f} |")
    print(f"\none indicator more: {1000 * (wide.cpu - now.cpu) / (arguments.catalogue - known):.0f} ms cpu")


if __name__ == "__main__":
    main()
