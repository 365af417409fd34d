"""A whole run disturbed: killed, interrupted, run twice at once, without room. The last release stays, the next run converges."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from tests.city_folder import HEADER, write_city
from tests.runs import SGA, sga

KILLS = 8


def small_city(folder: Path, rows: int = 3000) -> Path:
    city = write_city(folder)
    lines = [
        f"e{n},2023-{n % 12 + 1:02d}-{n % 28 + 1:02d},2024-01-05,{'hom' if n % 9 else 'rob'},{n % 7},,G,Y\n"
        for n in range(rows)
    ]
    (city / "data" / "incidents.csv").write_text(HEADER + "".join(lines), encoding="utf-8")
    return city


def content(home: Path) -> str:
    manifest = json.loads((home / "published" / "xx_small" / "current" / "manifest.json").read_text(encoding="utf-8"))
    return str(manifest["content_sha256"])


def whole(home: Path) -> None:
    """The release in force opens, is complete, and is the one its manifest pins."""
    release = (home / "published" / "xx_small" / "current").resolve()
    manifest = json.loads((release / "manifest.json").read_text(encoding="utf-8"))
    with duckdb.connect(str(release / "sga.duckdb"), read_only=True) as con:
        for table, facts in manifest["tables"].items():
            assert con.execute(f"select count(*) from {table}").fetchone() == (facts["rows"],)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("undisturbed")
    city = small_city(folder)
    assert sga("run", "--home", folder / "home", city).returncode == 0
    return folder


@dataclass(frozen=True)
class Begun:
    """A home after a first run over a third of the data, and how long that run took."""

    home: Path
    seconds: float

    def copied(self, folder: Path) -> Path:
        shutil.copytree(self.home, folder / "home", symlinks=True)
        return folder / "home"


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Begun:
    folder = tmp_path_factory.mktemp("begun")
    started = time.monotonic()
    # How long it takes decides when other processes are killed, so it is one of its own.
    assert sga("run", "--home", folder / "home", small_city(folder, rows=1000), own_process=True).returncode == 0
    return Begun(folder / "home", time.monotonic() - started)


@pytest.fixture(scope="module")
def grown(begun: Begun, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a home says that was never disturbed while its data grew: a release has its vintages, so the way there counts."""
    folder = tmp_path_factory.mktemp("grown")
    assert sga("run", "--home", begun.copied(folder), small_city(folder)).returncode == 0
    return folder


def test_killed_anywhere_the_next_run_converges(begun: Begun, grown: Path, tmp_path: Path) -> None:
    """Killed with everything it started, at moments spread over its length, each time after the data changed."""
    home, city = begun.copied(tmp_path), small_city(tmp_path)
    first = content(home)
    chance = random.Random(20260101)
    for attempt in range(KILLS):
        run = subprocess.Popen(
            [str(SGA), "run", "--home", str(home), str(city)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        time.sleep(chance.uniform(attempt, attempt + 1) / KILLS * begun.seconds)
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
        whole(home)
        assert content(home) in {first, content(grown / "home")}
    done = sga("run", "--home", home, city)
    assert done.returncode == 0, done.stderr
    assert content(home) == content(grown / "home")
    leftovers = [path.name for path in (home / "published" / "xx_small").iterdir() if path.name.startswith(".")]
    assert leftovers == []
    assert [one for one in (home / "scratch").rglob("*") if one.is_file()] == []


def test_a_warehouse_of_an_earlier_version_is_replaced(undisturbed: Path, tmp_path: Path) -> None:
    """Tables that it left in the schema of the release neither stop a run nor reach a release; whoever reads it reads on."""
    home, city = tmp_path / "home", small_city(tmp_path)
    (home / "warehouse").mkdir(parents=True)
    with duckdb.connect(str(home / "warehouse" / "xx_small.duckdb")) as con:
        con.execute("create schema evidence; create table main.cities as select 'x' as name")
        con.execute("create table main.left_over as select 1 as a; create table evidence.left_over as select 1 as a")
    with duckdb.connect(str(home / "warehouse" / "xx_small.duckdb"), read_only=True) as reader:
        done = sga("run", "--home", home, city)
        assert done.returncode == 0, done.stderr
        assert reader.execute("select a from main.left_over").fetchone() == (1,)
    assert content(home) == content(undisturbed / "home")
    with duckdb.connect(str(home / "warehouse" / "xx_small.duckdb"), read_only=True) as con:
        tables = con.execute("select table_name from information_schema.tables").fetchall()
    assert ("observations",) in tables and ("left_over",) not in tables


def test_a_warehouse_that_was_removed_is_built_again(undisturbed: Path, tmp_path: Path) -> None:
    """It can be removed at any time; also where nothing has changed there is one to publish from."""
    home = tmp_path / "home"
    shutil.copytree(undisturbed / "home", home, symlinks=True)
    (home / "warehouse" / "xx_small.duckdb").unlink()
    done = sga("run", "--home", home, small_city(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "nothing new since release" in done.stdout
    assert (home / "warehouse" / "xx_small.duckdb").is_file()


def test_interrupted_it_says_so_and_leaves_the_release(undisturbed: Path, tmp_path: Path) -> None:
    home, city = tmp_path / "home", small_city(tmp_path)
    run = subprocess.Popen([str(SGA), "run", "--home", str(home), str(city)], stderr=subprocess.PIPE, text=True)
    assert run.stderr is not None
    for line in run.stderr:
        if "conform" in line:
            break
    run.send_signal(signal.SIGINT)
    said = run.stderr.read()
    assert run.wait(timeout=60) in {130, 1}, said
    assert not (home / "published" / "xx_small" / "current").exists()
    assert sga("run", "--home", home, city).returncode == 0
    assert content(home) == content(undisturbed / "home")


def test_two_runs_at_once_one_waits_for_no_one(undisturbed: Path, tmp_path: Path) -> None:
    home, city = tmp_path / "home", small_city(tmp_path)
    first = subprocess.Popen([str(SGA), "run", "--home", str(home), str(city)], stderr=subprocess.PIPE, text=True)
    assert first.stderr is not None
    # The first stage has ended, so the home is taken.
    assert "start" in first.stderr.readline()
    second = sga("run", "--home", home, city, own_process=True)
    assert second.returncode == 1
    assert "another run" in second.stderr
    first.stderr.read()
    assert first.wait(timeout=120) == 0
    whole(home)
    # The one was a process of its own and the other a fork of a prepared one.
    assert content(home) == content(undisturbed / "home")


def test_a_wrong_contract_loads_nothing(tmp_path: Path) -> None:
    city = small_city(tmp_path)
    feed = city / "feeds" / "incidents.yaml"
    feed.write_text(feed.read_text().replace("G: firearm", "G: gun"))
    done = sga("run", "--home", tmp_path / "home", city, own_process=True)
    assert done.returncode == 2
    assert "not in the list weapon [gun]" in done.stderr
    assert f"{feed} line " in done.stderr
    assert not (tmp_path / "home" / "raw").exists()


def test_a_home_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("not a folder")
    done = sga("run", "--home", tmp_path / "home", small_city(tmp_path), own_process=True)
    assert done.returncode == 1
    assert "file, not a folder" in done.stderr
    assert (tmp_path / "home").read_text() == "not a folder"


def test_a_refused_delivery_leaves_the_good_one_in_use(undisturbed: Path, tmp_path: Path) -> None:
    """A log-in page in place of the file: published again with status 3, the last good delivery in use, and a gap says so."""
    home = tmp_path / "home"
    shutil.copytree(undisturbed / "home", home, symlinks=True)
    city = small_city(tmp_path)
    (city / "data" / "incidents.csv").write_text("<!DOCTYPE html><html><body>Please log in</body></html>")
    done = sga("run", "--home", home, city)
    assert done.returncode == 3, done.stderr
    assert "web page" in done.stdout
    gaps = json.loads(sga("gaps", "--home", home, "xx_small", "--format", "json").stdout)
    assert [gap["severity"] for gap in gaps if "refused" in gap["statement"]] == ["high"]
    rows = json.loads(
        sga(
            "sql",
            "--home",
            home,
            "xx_small",
            "--format",
            "json",
            "select sum(rows_kept) as n from deliveries where in_use",
        ).stdout
    )
    assert rows == [{"n": 3000}]
    (city / "data" / "incidents.csv").unlink()
    gone = sga("run", "--home", home, city)
    assert gone.returncode == 3
    assert "there is no file incidents.csv" in gone.stdout


def test_a_full_disk_is_named_and_nothing_is_lost(undisturbed: Path, tmp_path: Path) -> None:
    mount = tmp_path / "small_disk"
    mount.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=14m", "none", str(mount)], capture_output=True, check=False
    ).returncode:
        pytest.skip("a small disk cannot be mounted here (needs root)")
    try:
        city = small_city(tmp_path)
        done = sga("run", "--home", mount / "home", city, own_process=True)
        assert done.returncode == 1, done.stdout
        assert "disk is full" in done.stderr or "No space left" in done.stderr or "ENOSPC" in done.stderr, done.stderr
        assert not (mount / "home" / "published" / "xx_small" / "current").exists()
        subprocess.run(["mount", "-o", "remount,size=400m", str(mount)], check=True)
        again = sga("run", "--home", mount / "home", city)
        assert again.returncode == 0, again.stderr
        assert content(mount / "home") == content(undisturbed / "home")
    finally:
        subprocess.run(["umount", "-l", str(mount)], check=True)


def test_readers_are_never_disturbed_and_never_in_the_way(begun: Begun, grown: Path, tmp_path: Path) -> None:
    """One reader holds the old release open throughout, another opens the current one again and again."""
    home, city = begun.copied(tmp_path), small_city(tmp_path)
    looping = subprocess.Popen(
        [sys.executable, "-c", READER, str(home)], stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True
    )
    old = (home / "published" / "xx_small" / "current").resolve() / "sga.duckdb"
    with duckdb.connect(str(old), read_only=True) as con:
        before = con.execute("select sum(numerator) from observations").fetchone()
        assert sga("run", "--home", home, city).returncode == 0
        assert con.execute("select sum(numerator) from observations").fetchone() == before
    said, _ = looping.communicate("stop\n", timeout=60)
    opens, generations, failures = json.loads(said)
    assert failures == []
    assert opens > 50
    assert generations == 2
    assert content(home) == content(grown / "home")


# Opens the current release over and over; each time its rows must be those of its own manifest.
READER = """
import json, pathlib, select, sys, duckdb
link = pathlib.Path(sys.argv[1]) / "published" / "xx_small" / "current"
opens, seen, failures = 0, set(), []
while not select.select([sys.stdin], [], [], 0)[0]:
    release = link.resolve()
    manifest = json.loads((release / "manifest.json").read_text())
    try:
        with duckdb.connect(str(release / "sga.duckdb"), read_only=True) as con:
            found = con.execute("select count(*) from observations").fetchone()[0]
        if found != manifest["tables"]["observations"]["rows"]:
            failures.append(f"{release.name}: {found}")
    except Exception as error:
        failures.append(f"{release.name}: {error}")
    opens += 1
    seen.add(release.name)
print(json.dumps([opens, len(seen), failures]))
"""


def test_an_older_release_can_be_put_back_unless_it_was_harmed(begun: Begun, grown: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(grown / "home", home, symlinks=True)
    first = (begun.home / "published" / "xx_small" / "current").resolve().name
    second = (home / "published" / "xx_small" / "current").resolve().name
    assert second != first
    assert sga("rollback", "--home", home, "xx_small", first).returncode == 0
    assert (home / "published" / "xx_small" / "current").resolve().name == first
    listed = json.loads(sga("releases", "--home", home, "xx_small", "--format", "json").stdout)
    assert [(row["release"], row[""]) for row in listed] == [(second, ""), (first, "in force")]
    database = home / "published" / "xx_small" / second / "sga.duckdb"
    harmed = bytearray(database.read_bytes())
    harmed[len(harmed) // 2] ^= 0xFF
    database.write_bytes(harmed)
    refused = sga("rollback", "--home", home, "xx_small", second)
    assert refused.returncode == 1
    assert "altered or damaged" in refused.stderr
    assert (home / "published" / "xx_small" / "current").resolve().name == first


def test_a_query_can_neither_write_nor_reach_out(undisturbed: Path, tmp_path: Path) -> None:
    home = undisturbed / "home"
    for query in (
        "create table x as select 1",
        "delete from gaps",
        f"copy gaps to '{tmp_path}/out.csv'",
        "select * from read_csv('/etc/passwd')",
        "set enable_external_access = true",
        f"attach '{tmp_path}/x.duckdb'",
    ):
        done = sga("sql", "--home", home, query)
        assert done.returncode == 1, query
        assert "the query failed" in done.stderr
    assert list(tmp_path.iterdir()) == []
    assert sga("sql", "--home", home, "select count(*) from gaps").returncode == 0
