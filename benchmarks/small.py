"""`make bench`, fourth part: what a city of few data costs, whole and with nothing new, and what of it is imports."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from city import write_city
from run import SGA, TINY, Cost, measure

# What is aimed at on two cores of today with nothing else at work: CPU-seconds, and megabytes over all processes.
LIMITS = {"whole run": (18.0, 700.0), "nothing new": (4.0, None)}
IMPORTS = {
    "Dagster's side": "import sga_pipeline.orchestration.definitions",
    "dbt": "import dbt.cli.main, dbt.task.build, dbt.adapters.duckdb.impl",
    "Great Expectations": "from sga_pipeline.expectations.gx_call import load_library; load_library()",
    "rules of rows": "from sga_pipeline.conform.pandera_alone import load_pandera; load_pandera()",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=2, help="the least of so many is taken")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sga-bench-") as name:
        folder = Path(name)
        run = [str(SGA), "run", str(write_city(folder / "tiny", TINY)), "--home"]
        measure([*run, str(folder / "warm")])
        costs: dict[str, list[Cost]] = {what: [] for what in (*LIMITS, *IMPORTS)}
        for number in range(arguments.times):
            for what in LIMITS:
                costs[what].append(measure([*run, str(folder / str(number))]))
            for what, program in IMPORTS.items():
                costs[what].append(measure([sys.executable, "-c", program]))
    print("| what | wall s | cpu s | MB | limit cpu s | limit MB |")
    print("| --- | --- | --- | --- | --- | --- |")
    for what, of_what in costs.items():
        least = min(of_what, key=lambda one: one.cpu)
        cpu, megabytes = LIMITS.get(what, (None, None))
        label = what if what in LIMITS else f"imports: {what}"
        print(
            f"| {label} | {least.wall:.1f} | {least.cpu:.1f} | {least.peak_mb:.0f} | {cpu or ''} | {megabytes or ''} |"
        )


if __name__ == "__main__":
    main()
