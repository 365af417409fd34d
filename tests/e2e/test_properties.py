"""What must hold whatever the data: one person more is one more in exactly his cells; how rows arrive changes nothing."""

from __future__ import annotations

import csv
import io
import json
import random
import shutil
from collections import defaultdict
from pathlib import Path

import duckdb

from tests.runs import Run, sga

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "xx_golden"
CELL = "measure_id, area_id, freq, cast(start as varchar), sex, age, other_dim, other_code"


def city(folder: Path) -> Path:
    return Path(shutil.copytree(GOLDEN, folder / "xx_golden"))


def run(city: Path, home: Path) -> Path:
    done = sga("run", "--home", home, city)
    assert done.returncode == 0, done.stderr
    return home


def amounts(home: Path) -> dict[tuple[object, ...], float]:
    with duckdb.connect(str(home / "warehouse" / "xx_golden.duckdb"), read_only=True) as con:
        return {
            row[:-1]: row[-1] for row in con.execute(f"select {CELL}, amount from measures.measure_amounts").fetchall()
        }


def observations(home: Path) -> str:
    manifest = json.loads((home / "published" / "xx_golden" / "current" / "manifest.json").read_text(encoding="utf-8"))
    return str(manifest["tables"]["observations"]["sha256"])


def test_one_person_more_is_one_more_in_exactly_her_cells(golden: Run, tmp_path: Path) -> None:
    place = city(tmp_path)
    with (place / "data" / "victims.csv").open("a", encoding="utf-8") as stream:
        stream.write("one-more,2023-08-17,0101,d1,F,33,firearm,partner,gang,home,\n")
    before, after = amounts(golden.home), amounts(run(place, tmp_path / "home"))
    changed = {
        cell: after.get(cell, 0) - before.get(cell, 0)
        for cell in after.keys() | before.keys()
        if after.get(cell, 0) != before.get(cell, 0)
    }
    assert set(changed.values()) == {1}
    hers: set[tuple[object, ...]] = set()
    for measure in ("homicide_victims", "homicide_firearm_victims", "homicide_family_victims", "homicide_ocg_victims"):
        for area in ("d1", "GO"):
            times = [("M", "2023-08-01"), ("Q", "2023-07-01"), ("A", "2023-01-01")]
            hers |= {(measure, area, freq, start, "_T", "_T", "", "") for freq, start in times}
            ages = ["_T", "Y30T44", "Y18T34", "Y_GE18", "Y15T64", *(["Y30T34"] if area == "GO" else [])]
            hers |= {(measure, area, "A", "2023-01-01", sex, age, "", "") for sex in ("_T", "F") for age in ages}
            hers |= {(measure, area, "A", "2023-01-01", "_T", "_T", "location_type", "home")}
    assert set(changed) - {cell for cell in changed if cell[6] == "exploitation"} == hers


def test_the_order_of_rows_changes_nothing(golden: Run, tmp_path: Path) -> None:
    place = city(tmp_path)
    shuffler = random.Random(11)
    for file in (place / "data").glob("*.csv"):
        head, *rows = file.read_text(encoding="utf-8").splitlines()
        shuffler.shuffle(rows)
        file.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    assert observations(run(place, tmp_path / "home")) == observations(golden.home)


def test_a_delivery_split_by_months_changes_nothing(golden: Run, tmp_path: Path) -> None:
    place = city(tmp_path)
    file = place / "data" / "victims.csv"
    with file.open(encoding="utf-8", newline="") as stream:
        head, *rows = list(csv.reader(stream))
    by_month: dict[str, list[list[str]]] = defaultdict(list)
    for row in rows:
        by_month[row[1][:7]].append(row)
    for month in [f"2023-{number:02d}" for number in range(1, 13)]:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([head, *by_month[month]])
        (place / "data" / f"victims_{month}.csv").write_text(text.getvalue(), encoding="utf-8")
    file.unlink()
    feed = place / "feeds" / "victims.yaml"
    whole = feed.read_text(encoding="utf-8")
    split = whole.replace(
        "address: victims.csv}", 'address: "victims_{period}.csv", periods: {freq: M, first: 2023-01, last: 2023-12}}'
    )
    split = split.replace("coverage: {first: 2023-01-01, last: 2023-12-31}\n", "")
    split = split.replace("replaces: all", "replaces: period")
    assert split.count("period") == whole.count("period") + 3
    feed.write_text(split, encoding="utf-8")
    assert observations(run(place, tmp_path / "home")) == observations(golden.home)
