"""One changed city of eight, beside that city alone in a home: both in CPU-seconds, one after the other in one session."""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
from pathlib import Path

from city import write_city
from run import SGA, measure

OTHERS = 7
ROWS = 1_000


def changed(city: Path, times: int) -> None:
    """One more incident, so that there is something to do."""
    file = city / "data" / "incidents.csv"
    lines = file.read_text(encoding="utf-8").splitlines()
    number, _, rest = lines[-1].partition(";")
    file.write_text("\n".join([*lines, f"{number}_{times};{rest}"]) + "\n", encoding="utf-8")


def named(city: Path, city_id: str) -> Path:
    """The same city under another id."""
    target = city.parent / city_id
    shutil.copytree(city, target)
    contract = target / "city.yaml"
    contract.write_text(
        contract.read_text(encoding="utf-8").replace(f"id: {city.name}", f"id: {city_id}"), encoding="utf-8"
    )
    return target


def main(folder: Path, repeats: int) -> float:
    city = write_city(folder, ROWS)
    others = [named(city, f"xx_other{number}") for number in range(OTHERS)]
    alone, among = folder / "alone", folder / "among"
    measure([str(SGA), "run", "--home", str(alone), str(city)])
    # The second time, each quotes all the others.
    for _ in range(2):
        measure([str(SGA), "run", "--home", str(among), *map(str, others), str(city)])
    print(f"{'':28}{'CPU s':>8}{'wall s':>8}{'peak MB':>9}")
    spent: dict[str, list[float]] = {"that city alone": [], f"one changed city of {OTHERS + 1}": []}
    for times in range(repeats):
        changed(city, times)
        for (label, found), home in zip(spent.items(), (alone, among), strict=True):
            cost = measure([str(SGA), "run", "--home", str(home), str(city)])
            found.append(cost.cpu)
            print(f"{label:28}{cost.cpu:8.1f}{cost.wall:8.1f}{cost.peak_mb:9.0f}", flush=True)
    one, eight = (statistics.median(found) for found in spent.values())
    print(f"ratio of CPU: {eight / one:.2f} (at most 1.1)")
    return eight / one


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sga-bench-") as made:
        main(Path(made), asked.repeats)
