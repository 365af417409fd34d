"""Cities of one home stand alone: a run touches one, a failure stops one, and what crosses them is the programme's."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import duckdb
import pytest

from tests.city_folder import HEADER, write_city
from tests.runs import SGA, sga

pytestmark = pytest.mark.slow
ALBA, BIRKA = "xx_alba", "xx_birka"


def city(folder: Path, city_id: str, homicides: int) -> Path:
    """Recorded offences of two years in one district, and residents of none."""
    made = write_city(folder, city_id=city_id)
    lines = [f"e{n},{2022 + n % 2}-{n % 12 + 1:02d}-05,2024-01-05,hom,1,,G,Y\n" for n in range(homicides)]
    (made / "data" / "incidents.csv").write_text(HEADER + "".join(lines), encoding="utf-8")
    return made


def current(home: Path, name: str) -> Path:
    return (home / "published" / name / "current").resolve()


def manifest(home: Path, name: str) -> dict[str, object]:
    found: dict[str, object] = json.loads((current(home, name) / "manifest.json").read_text(encoding="utf-8"))
    return found


def rows(home: Path, name: str, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(current(home, name) / "sga.duckdb"), read_only=True) as con:
        return con.execute(sql).fetchall()


def compared(home: Path, name: str) -> list[tuple[object, ...]]:
    return rows(
        home,
        name,
        "select comparator_id, period, comparator_value from comparisons where comparator = 'city' and "
        "indicator_id = (select min(indicator_id) from comparisons) and freq = 'A' order by all",
    )


def files_of(home: Path, city_id: str) -> dict[str, int]:
    """Everything that bears the name of a city, with when it was written."""
    return {
        str(file.relative_to(home)): file.stat().st_mtime_ns
        for file in home.rglob("*")
        if file.is_file() and city_id in str(file.relative_to(home))
    }


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two cities in one home, run together, and then each once more."""
    folder = tmp_path_factory.mktemp("both")
    alba, birka = city(folder, ALBA, 60), city(folder, BIRKA, 90)
    first = sga("run", "--home", folder / "home", alba, birka)
    assert first.returncode == 0, first.stderr
    assert [line.split(":")[0] for line in first.stdout.splitlines() if "published release" in line] == [ALBA, BIRKA]
    assert [line for line in first.stderr.splitlines() if line in (ALBA, BIRKA)] == [ALBA, BIRKA]
    assert f"\n{ALBA}: compared with other cities from the next run on\n" in first.stdout
    again = sga("run", "--home", folder / "home", alba, birka)
    assert again.returncode == 0, again.stderr
    assert "from the next run on" not in again.stdout
    return folder


def copied(both: Path, folder: Path) -> tuple[Path, Path, Path]:
    for name in ("home", ALBA, BIRKA):
        shutil.copytree(both / name, folder / name, symlinks=True)
    return folder / "home", folder / ALBA, folder / BIRKA


def test_each_has_files_of_its_own(both: Path) -> None:
    home = both / "home"
    assert sorted(one.name for one in (home / "warehouse").iterdir()) == [f"{ALBA}.duckdb", f"{BIRKA}.duckdb"]
    assert sorted(one.name for one in (home / "conformed" / "_run_records").iterdir()) == [ALBA, BIRKA]
    assert sorted(one.name for one in (home / "dagster" / "dbt").iterdir()) == [ALBA, BIRKA]
    for name in (ALBA, BIRKA):
        with duckdb.connect(str(home / "warehouse" / f"{name}.duckdb"), read_only=True) as con:
            assert con.execute("select distinct city_id from main.observations").fetchall() == [(name,)]


def test_each_quotes_the_other_and_pins_what_it_quotes(both: Path) -> None:
    home = both / "home"
    for name, other in ((ALBA, BIRKA), (BIRKA, ALBA)):
        assert {one[0] for one in compared(home, name)} == {other}
        assert manifest(home, name)["programme_release"] in {
            one.name for one in (home / "published" / "programme").iterdir()
        }
    assert rows(home, "programme", "select city_id from cities order by all") == [(ALBA,), (BIRKA,)]


def test_a_run_of_one_touches_no_other_and_keeps_what_it_is_compared_with(both: Path, tmp_path: Path) -> None:
    home, alba, _ = copied(both, tmp_path)
    before, quoted = files_of(home, BIRKA), compared(home, ALBA)
    (alba / "data" / "incidents.csv").open("a", encoding="utf-8").write("new,2023-05-05,2024-01-05,rob,1,,G,Y\n")
    done = sga("run", "--home", home, alba)
    assert done.returncode == 0 and f"{ALBA}: published release" in done.stdout, done.stderr
    assert files_of(home, BIRKA) == before
    assert quoted and compared(home, ALBA) == quoted
    closed = rows(home, ALBA, "select count(*) from gaps where gap_code = 'G14' and status = 'closed'")
    assert closed == [(0,)]


def test_nothing_new_publishes_nothing(both: Path, tmp_path: Path) -> None:
    home, alba, birka = copied(both, tmp_path)
    before = [current(home, name) for name in (ALBA, BIRKA, "programme")]
    done = sga("run", "--home", home, alba, birka)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("nothing new since") == 2, done.stdout
    assert [current(home, name) for name in (ALBA, BIRKA, "programme")] == before


def test_two_cities_run_side_by_side(both: Path, tmp_path: Path) -> None:
    home, alba, birka = copied(both, tmp_path)
    for one in (alba, birka):
        (one / "data" / "incidents.csv").open("a", encoding="utf-8").write("new,2023-05-05,2024-01-05,rob,1,,G,Y\n")
    runs = [
        subprocess.Popen(
            [str(SGA), "run", "--home", str(home), str(one)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for one in (alba, birka)
    ]
    said = [one.communicate(timeout=900)[0] for one in runs]
    assert [one.returncode for one in runs] == [0, 0], said
    assert all("published release" in one for one in said)
    pinned = manifest(home, "programme")["releases"]
    assert isinstance(pinned, dict)
    assert {name: one["release_id"] for name, one in pinned.items()} == {
        name: current(home, name).name for name in (ALBA, BIRKA)
    }


def test_one_that_fails_stops_no_other(both: Path, tmp_path: Path) -> None:
    """A wrong contract, no data, and a city that is well: each is reported, and the status is the worst."""
    home, alba, birka = copied(both, tmp_path)
    feed = alba / "feeds" / "incidents.yaml"
    feed.write_text(feed.read_text(encoding="utf-8").replace("G: firearm", "G: gun"), encoding="utf-8")
    empty = write_city(tmp_path, city_id="xx_cumae")
    before = current(home, ALBA)
    done = sga("run", "--home", home, alba, empty, birka)
    assert done.returncode == 2, done.stderr
    assert f"sga: {ALBA}: " in done.stderr and "[gun]" in done.stderr
    assert "sga: xx_cumae: no data yet" in done.stderr and "[incidents.csv]" in done.stderr
    assert f"{BIRKA}: nothing new since" in done.stdout
    assert current(home, ALBA) == before and not (home / "published" / "xx_cumae").exists()
    assert sga("run", "--home", home, empty, birka).returncode == 3


def test_a_city_whose_folder_is_gone_stays_in_the_programme(both: Path, tmp_path: Path) -> None:
    home, alba, birka = copied(both, tmp_path)
    shutil.rmtree(birka)
    (alba / "data" / "incidents.csv").open("a", encoding="utf-8").write("new,2023-05-05,2024-01-05,hom,1,,G,Y\n")
    done = sga("run", "--home", home, alba)
    assert done.returncode == 0, done.stderr
    assert rows(home, "programme", "select city_id, left_out from cities order by all") == [(ALBA, None), (BIRKA, None)]
    assert {one[0] for one in compared(home, ALBA)} == {BIRKA}
