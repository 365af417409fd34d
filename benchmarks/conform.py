"""CSV to conformed Parquet with every check, beside DuckDB typing the same columns alone: CPU time of each, in processes of their own."""

from __future__ import annotations

import argparse
import cProfile
import hashlib
import io
import pstats
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb
from by_hand import COLUMNS
from city import write_city

HERE = Path(__file__).parent
# What DuckDB alone is asked for: the same typed columns in one Parquet file; no rules, no quarantine, no duplicates, no counts.
TYPED = """
    copy (
        select incident_no as event_id, try_strptime(occurred, '%d/%m/%Y')::date as occurred_on,
            try_cast(substr(hour, 1, 2) as bigint) as occurred_hour, try_cast(reported as date) as reported_on,
            coalesce(offences.iccs_code, '_U') as iccs_code, upper(trim(code)) as local_code, 'd' || lpad(district, 2, '0') as area_id,
            try_cast(replace(lat, ',', '.') as double) as latitude, try_cast(replace(lon, ',', '.') as double) as longitude,
            case weapon when 'gun' then 'firearm' when 'knife' then 'knife' when 'none' then 'none' when 'other' then 'other' else '_U' end as weapon,
            '_U' as situation, '_U' as location_type, null::boolean as attempted,
            case cleared when 'Y' then true when 'N' then false end as cleared, 'delivery' as _delivery
        from read_csv('{file}', columns = {{{columns}}}, header = true, delim = ';', nullstr = '', auto_detect = false, quote = '"',
            escape = '"', comment = '') as source
        left join read_csv('{offences}', all_varchar = true) as offences on upper(trim(code)) = offences.local
    ) to '{target}' (format parquet, compression snappy)
"""


def typed_alone(city: Path, folder: Path) -> int:
    """DuckDB with the same threads and the same memory as conform gives it."""
    columns = ", ".join(f"'{name}': 'VARCHAR'" for name in COLUMNS)
    sql = TYPED.format(
        file=city / "data" / "incidents.csv",
        offences=city / "feeds" / "offences.csv",
        columns=columns,
        target=folder / "typed.parquet",
    )
    with duckdb.connect(config={"threads": 2, "memory_limit": "400MB", "temp_directory": str(folder)}) as con:
        # The program keeps rows in the order of the file, so that the same file gives the same bytes; here too.
        con.execute(sql)
    return _rows(folder / "typed.parquet")


def conformed(city: Path, folder: Path, *, profile: bool = False) -> int:
    from sga_pipeline.conform.delivery import Sinks, conform_delivery
    from sga_pipeline.contracts.assessment import read_assessment

    plan = next(one for one in read_assessment([city]).cities[0].feeds if one.id == "incidents")
    (folder / "scratch").mkdir()
    sinks = Sinks(folder / "kept.parquet", folder / "bad.parquet", folder / "scratch", folder / "stretches")
    watch = cProfile.Profile()
    if profile:
        watch.enable()
    outcome = conform_delivery(plan, _Delivered(city / "data" / "incidents.csv"), "k" * 16, sinks)
    if profile:
        watch.disable()
        profile = io.StringIO()
        pstats.Stats(watch, stream=profile).sort_stats("tottime").print_stats(25)
        print(profile.getvalue(), file=sys.stderr)
    if not outcome.accepted:
        raise SystemExit(outcome.reason)
    outcome.check()
    return outcome.rows_in


class _Delivered:
    period = None
    retrieved_at = "2100-01-01"

    def __init__(self, path: Path) -> None:
        self.path, self.sha256 = path, hashlib.sha256(str(path).encode()).hexdigest()


def _rows(file: Path) -> int:
    (found,) = duckdb.sql(f"select count(*) from read_parquet('{file}')").fetchall()
    return int(found[0])


def _spent() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _one(what: str, city: Path, profile: bool) -> None:
    """In a process of its own: rows and seconds of CPU, without those that starting and importing took."""
    import sga_pipeline.conform.delivery  # noqa: F401

    with tempfile.TemporaryDirectory(prefix="sga-bench-") as name:
        before = _spent()
        rows = conformed(city, Path(name), profile=profile) if what == "conform" else typed_alone(city, Path(name))
        print(rows, _spent() - before, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def measured(what: str, city: Path) -> tuple[int, float, float]:
    done = subprocess.run(
        [sys.executable, __file__, "--one", what, str(city)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    rows, cpu, megabytes = done.stdout.split()
    return int(rows), float(cpu), float(megabytes)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--times", type=int, default=3, help="the least of so many is taken")
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--one", nargs=2, metavar=("WHAT", "CITY"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        _one(arguments.one[0], Path(arguments.one[1]), arguments.profile)
        return
    print(
        "| rows | DuckDB typing alone: cpu s | MB | conform with checks: cpu s | MB | ratio |\n| --- | --- | --- | --- | --- | --- |"
    )
    for rows in arguments.rows:
        with tempfile.TemporaryDirectory(prefix="sga-bench-") as name:
            city = write_city(Path(name), rows)
            hand = min((measured("typed", city) for _ in range(arguments.times)), key=lambda one: one[1])
            ours = min((measured("conform", city) for _ in range(arguments.times)), key=lambda one: one[1])
            if hand[0] != ours[0]:
                raise SystemExit(f"the two read other numbers of rows: {hand[0]} and {ours[0]}")
            print(
                f"| {rows:,} | {hand[1]:.1f} | {hand[2]:.0f} | {ours[1]:.1f} | {ours[2]:.0f} | {ours[1] / hand[1]:.2f} |"
            )


if __name__ == "__main__":
    main()
