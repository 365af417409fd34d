"""The programme: what crosses cities, from their releases in force; renewed by city, whole or not there, and the same from the same releases."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sga_pipeline.errors import NoDataYet
from sga_pipeline.home import PROGRAMME, Home
from sga_pipeline.programme.renew import Renewed, renew_programme
from sga_pipeline.publish.manifest import read_manifest
from sga_pipeline.publish.pointer import current_release, published_cities, release_ids
from sga_pipeline.publish.query import is_whole, run_query
from tests.programme_releases import write_release
from tests.runs import sga

ALBA, BIRKA, CUMAE = "xx_alba", "xx_birka", "xx_cumae"
KILLED = """
import os, signal, sys
from pathlib import Path
from sga_pipeline.home import Home
from sga_pipeline.programme import renew
calls, at = 0, int(sys.argv[2])
def look(frame, event, arg):
    global calls
    if event == "c_call" and getattr(arg, "__name__", "") in {"fsync", "rename", "replace", "symlink", "execute"}:
        calls += 1
        if calls == at:
            os.kill(os.getpid(), signal.SIGKILL)
sys.setprofile(look)
renew.renew_programme(Home(Path(sys.argv[1])))
sys.setprofile(None)
print(calls)
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Alba and Birka measure alike, Cumae counts cases."""
    made = Home(tmp_path / "home")
    made.prepare()
    write_release(made, ALBA, {"2022": 8, "2023": 10})
    write_release(made, BIRKA, {"2021": 6, "2023": 5})
    write_release(made, CUMAE, {"2023": 40}, differs="counts cases", country="XXB")
    return made


def rows(renewed: Renewed, sql: str) -> list[tuple[object, ...]]:
    return run_query(renewed.release.path, sql)[1]


def test_a_row_a_city_and_every_pair_of_figures(home: Home) -> None:
    made = renew_programme(home)
    assert (made.cities, made.left_out) == (3, {})
    found = rows(
        made,
        "select city_id, name, round(coverage, 6), readiness_at_most, weakest_category_no, indicators_n, newest_year, open_gaps_n, "
        "critical_gaps_n, high_gaps_n from cities order by city_id",
    )
    assert found == [(one, one[3:].title(), 0.6, 0.25, 4, 1, 2023, 2, 1, 0) for one in (ALBA, BIRKA, CUMAE)]
    compared = rows(
        made,
        "select city_id, comparator_id, period, ratio, same_definition from comparisons where city_id = 'xx_alba' order by all",
    )
    assert compared == [(ALBA, BIRKA, "2023", 2.0, True), (ALBA, CUMAE, "2023", 0.25, False)]
    assert rows(made, "select count(*) from comparisons") == [(6,)]


def test_what_is_measured_alike_is_said(home: Home) -> None:
    made = renew_programme(home)
    assert rows(
        made, "select city_id, period, value, cities_n, alike_n, alike from comparability order by city_id"
    ) == [(ALBA, "2023", 10.0, 3, 2, True), (BIRKA, "2023", 5.0, 3, 2, True), (CUMAE, "2023", 40.0, 3, 1, False)]
    assert rows(
        made,
        "select indicator, cities_n, alike_n, comparable, not_alike, least, median, greatest from common_indicators",
    ) == [("Homicide rate", 3, 2, False, "Cumae", 5.0, 7.5, 10.0)]


def test_it_is_no_city(home: Home) -> None:
    renew_programme(home)
    assert published_cities(home) == [ALBA, BIRKA, CUMAE]


def test_the_same_releases_give_the_same_bytes(home: Home, tmp_path: Path) -> None:
    """Whichever city came first, and whether what has not changed was read again or kept."""
    other = Home(tmp_path / "other")
    other.prepare()
    write_release(other, CUMAE, {"2023": 40}, differs="counts cases", country="XXB")
    renew_programme(other)
    write_release(other, BIRKA, {"2021": 6, "2023": 1})
    renew_programme(other)
    write_release(other, BIRKA, {"2021": 6, "2023": 5}, number=2)
    shutil.rmtree(other.published(BIRKA) / "20240101T000000Z-00000001")
    write_release(other, ALBA, {"2022": 8, "2023": 10})
    one, two = renew_programme(home).release, renew_programme(other).release
    assert read_manifest(one.path)["content_sha256"] == read_manifest(two.path)["content_sha256"]
    files = sorted(file.relative_to(one.path) for file in one.path.rglob("*.parquet"))
    assert len(files) == 9
    # The name of a release says when it was made, so what names it differs.
    named = {"cities.parquet", "releases.parquet"}
    for file in files:
        if file.name not in named:
            assert (one.path / file).read_bytes() == (two.path / file).read_bytes(), file


def test_nothing_new_leaves_the_release(home: Home) -> None:
    first = renew_programme(home)
    again = renew_programme(home)
    assert first.release.created and not again.release.created
    assert again.release.path == first.release.path and again.release.row_counts == first.release.row_counts


def test_only_what_changed_is_read_again(home: Home) -> None:
    renew_programme(home)
    # Whatever is not looked at may be gone.
    for city_id in (BIRKA, CUMAE):
        shutil.rmtree((current_release(home, city_id) or Path()) / "downloads")
    write_release(home, ALBA, {"2022": 8, "2023": 20}, number=2)
    made = renew_programme(home)
    assert made.left_out == {} and made.release.created
    assert rows(made, "select comparator_id, ratio from comparisons where city_id = 'xx_alba' order by all") == [
        (BIRKA, 4.0),
        (CUMAE, 0.5),
    ]


def test_a_damaged_release_of_its_own_is_not_built_upon(home: Home) -> None:
    first = renew_programme(home).release
    database = first.path / "sga.duckdb"
    database.write_bytes(database.read_bytes()[:-100])
    made = renew_programme(home)
    assert made.release.created and is_whole(made.release.path)
    assert rows(made, "select count(*) from figures") == [(5,)]


def test_a_release_of_an_earlier_version_is_left_out_and_named(home: Home) -> None:
    old = current_release(home, BIRKA) or Path()
    (old / "downloads" / "evidence" / "compared_figures.parquet").unlink()
    said = sga("programme", "--home", home.path)
    assert said.returncode == 3
    assert f"left out: {BIRKA}: its release [{old.name}] was made by an earlier version" in said.stderr
    assert "2 cities" in said.stdout
    release = current_release(home, PROGRAMME) or Path()
    _, found = run_query(release, "select city_id, left_out is null from cities order by all")
    assert found == [(ALBA, True), (BIRKA, False), (CUMAE, True)]
    # Its next run brings it back.
    write_release(home, BIRKA, {"2023": 5}, number=2)
    again = sga("programme", "--home", home.path)
    assert (again.returncode, again.stderr) == (0, "") and "3 cities" in again.stdout


def test_a_release_without_a_manifest_is_left_out_and_named(home: Home) -> None:
    ((current_release(home, CUMAE) or Path()) / "manifest.json").write_text("{")
    assert "has no manifest" in renew_programme(home).left_out[CUMAE]


def test_a_city_whose_releases_are_gone_is_not_in_the_next(home: Home) -> None:
    renew_programme(home)
    shutil.rmtree(home.published(CUMAE))
    made = renew_programme(home)
    assert rows(made, "select city_id from cities order by all") == [(ALBA,), (BIRKA,)]
    assert rows(made, "select count(*) from figures where city_id = 'xx_cumae'") == [(0,)]


def test_without_a_release_there_is_nothing_to_publish(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    with pytest.raises(NoDataYet, match="no city of this home has a release"):
        renew_programme(home)
    assert sga("programme", "--home", tmp_path / "home").returncode == 3


@pytest.mark.slow
def test_killed_anywhere_the_release_in_force_is_whole_and_the_next_converges(home: Home, tmp_path: Path) -> None:
    renew_programme(home)
    before = read_manifest(current_release(home, PROGRAMME) or Path())["content_sha256"]
    write_release(home, ALBA, {"2022": 8, "2023": 20}, number=2)
    undisturbed = Home(shutil.copytree(home.path, tmp_path / "undisturbed", symlinks=True))
    counted = subprocess.run(
        [sys.executable, "-c", KILLED, str(undisturbed.path), "0"], capture_output=True, text=True, check=True
    )
    after = read_manifest(current_release(undisturbed, PROGRAMME) or Path())["content_sha256"]
    calls = int(counted.stdout)
    assert calls > 20 and after != before
    moments = sorted({1 + (calls - 1) * step // 11 for step in range(12)} | {calls - 1, calls})
    for moment in moments:
        place = Home(shutil.copytree(home.path, tmp_path / f"at_{moment}", symlinks=True))
        ended = subprocess.run([sys.executable, "-c", KILLED, str(place.path), str(moment)], check=False)
        assert ended.returncode == -signal.SIGKILL
        standing = current_release(place, PROGRAMME) or Path()
        assert is_whole(standing) and read_manifest(standing)["content_sha256"] in {before, after}
        made = renew_programme(place).release
        assert read_manifest(made.path)["content_sha256"] == after
        left = [one for one in os.listdir(place.published(PROGRAMME)) if one.startswith(".")]
        assert left == [] and set(release_ids(place, PROGRAMME)) >= {made.release_id}


def test_the_manifest_pins_the_releases(home: Home) -> None:
    release = renew_programme(home).release.path
    pinned = json.loads((release / "manifest.json").read_text(encoding="utf-8"))["releases"]
    assert {city_id: one["release_id"] for city_id, one in pinned.items()} == {
        city_id: (current_release(home, city_id) or Path()).name for city_id in (ALBA, BIRKA, CUMAE)
    }
