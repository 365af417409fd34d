"""`make bench`, third part: what the checks and findings add to the CPU time of a run over 10 million incidents."""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

import city
from run import SGA, measure
from warehouse import PROJECT, build

city.DISTRICTS = 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sga-bench-") as name:
        folder = Path(name)
        made = city.write_city(folder / "city", arguments.rows)
        run = measure([str(SGA), "run", "--home", str(folder / "home"), str(made)])
        shutil.rmtree(folder / "city")
        # The same warehouse with and without, one after the other, twice; the first pair warms the disk.
        for _ in range(2):
            whole, bare = build(PROJECT, folder / "home", checks=True), build(PROJECT, folder / "home", checks=False)
    added = whole.cpu - bare.cpu
    print(f"{arguments.rows:,} incidents: a run takes {run.cpu:.1f} CPU-s and {run.peak_mb:.0f} MB at most")
    print(
        f"its warehouse takes {whole.cpu:.1f} CPU-s and {whole.peak_mb:.0f} MB with checks and findings, {bare.cpu:.1f} and {bare.peak_mb:.0f} MB without"
    )
    print(f"checks and findings add {100 * added / (run.cpu - added):.0f} % to the run without them (limit 60 %)")


if __name__ == "__main__":
    main()
