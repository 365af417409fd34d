"""A small city all the way: by file, over HTTP, through the inbox; again, elsewhere, shuffled, and as of an earlier day."""

from __future__ import annotations

import json
import os
import random
import shutil
import time
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from sga_pipeline.home import Home
from sga_pipeline.orchestration.definitions import definitions
from sga_pipeline.orchestration.scope import Scope
from tests.city_folder import HEADER, write_city
from tests.runs import sga
from tests.servers import serving

ROWS = [
    f"e{n},2023-{n % 12 + 1:02d}-{n % 28 + 1:02d},2024-01-05,{'hom' if n % 9 else 'rob'},{n % 7},,G,Y\n"
    for n in range(600)
]


def answer(rows: list[str]) -> bytes:
    body = (HEADER + "".join(rows)).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%b" % (
        len(body),
        body,
    )


def city_with(folder: Path, rows: list[str]) -> Path:
    city = write_city(folder)
    (city / "data" / "incidents.csv").write_text(HEADER + "".join(rows), encoding="utf-8")
    return city


def manifest(home: Path) -> dict[str, object]:
    file = home / "published" / "xx_small" / "current" / "manifest.json"
    return dict(json.loads(file.read_text(encoding="utf-8")))


def observations(home: Path) -> str:
    tables = manifest(home)["tables"]
    assert isinstance(tables, dict)
    return str(tables["observations"]["sha256"])


def gaps(home: Path) -> list[tuple[object, ...]]:
    with duckdb.connect(str(home / "published" / "xx_small" / "current" / "sga.duckdb"), read_only=True) as con:
        return con.execute("select rule_id, feed_id, statement from gaps where status = 'open' order by all").fetchall()


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plain")
    # A process of its own, as a user starts it; most of the runs that are compared with it are forks.
    done = sga("run", "--home", folder / "home", city_with(folder, ROWS), own_process=True)
    assert done.returncode == 0, done.stderr
    return folder / "home"


def test_another_home_time_zone_and_locale_give_the_same_release(plain: Path, tmp_path: Path) -> None:
    city = city_with(tmp_path, ROWS)
    elsewhere = {"TZ": "Asia/Tokyo", "LC_ALL": "C", "PYTHONHASHSEED": "7"}
    done = sga("run", "--home", tmp_path / "elsewhere", city, env=elsewhere, own_process=True)
    assert done.returncode == 0, done.stderr
    assert manifest(tmp_path / "elsewhere")["content_sha256"] == manifest(plain)["content_sha256"]


def test_shuffled_rows_change_no_number(plain: Path, tmp_path: Path) -> None:
    rows = list(ROWS)
    random.Random(3).shuffle(rows)
    assert sga("run", "--home", tmp_path / "home", city_with(tmp_path, rows)).returncode == 0
    assert observations(tmp_path / "home") == observations(plain)


def test_over_http_the_same_and_out_of_reach_the_last_delivery_serves(plain: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with serving(answer(ROWS)) as server:
        source = f"{{connector: http, address: '{server.address()}', retries: 0}}"
        city = write_city(tmp_path, {"{connector: file, address: incidents.csv}": source})
        done = sga("run", "--home", home, city)
        assert done.returncode == 0, done.stderr
        assert observations(home) == observations(plain)
        port = server.port
    # Offline nobody is asked, so nobody is out of reach.
    assert sga("run", "--offline", "--home", home, city).returncode == 0
    done = sga("run", "--home", home, city)
    assert done.returncode == 3, done.stderr
    assert observations(home) == observations(plain)
    (finding,) = [one for one in gaps(home) if one[0] == "unreachable"]
    assert finding[1] == "incidents"
    assert str(port) in str(finding[2]) or "reach" in str(finding[2])


def test_the_inbox_is_taken_in_and_as_of_looks_back(plain: Path, tmp_path: Path) -> None:
    home, city = Path(shutil.copytree(plain, tmp_path / "home", symlinks=True)), city_with(tmp_path, ROWS)
    first = observations(home)
    # What arrived just now is dated back, so that a day between the two deliveries exists.
    arrivals = home / "raw" / "xx_small" / "incidents" / "arrivals.jsonl"
    line = json.loads(arrivals.read_text(encoding="utf-8"))
    arrivals.write_text(json.dumps({**line, "retrieved_at": "2024-02-01T08:00:00Z"}) + "\n", encoding="utf-8")

    drop = home / "inbox" / "xx_small" / "incidents" / "incidents-2024.csv"
    drop.parent.mkdir(parents=True, exist_ok=True)
    drop.write_text(HEADER + "".join(ROWS[:300]), encoding="utf-8")
    os.utime(drop, (time.time() - 3600, time.time() - 3600))
    scope = Scope(Home(home), (city,))
    request = _tick(scope)
    assert isinstance(request, dg.RunRequest)

    shutil.move(city / "data" / "incidents.csv", tmp_path / "moved.csv")
    done = sga("run", "--home", home, city)
    assert done.returncode in {0, 3}, done.stderr
    assert not drop.exists()
    assert isinstance(_tick(scope), dg.SkipReason)
    second = observations(home)
    assert second != first

    done = sga("run", "--as-of", "2024-02-15", "--home", home, city)
    assert done.returncode in {0, 3}, done.stderr
    # What was known then lies beside today's release, which stays in force.
    assert observations(home / "as_of" / "2024-02-15") == first
    assert observations(home) == second


def _tick(scope: Scope) -> object:
    """One look of the inbox sensor, as Dagster's daemon takes it."""
    found = definitions(scope)
    sensor = found.get_sensor_def("inbox")
    with (
        dg.DagsterInstance.ephemeral() as instance,
        dg.build_sensor_context(instance=instance, repository_def=found.get_repository_def()) as context,
    ):
        data = sensor.evaluate_tick(context)
    return data.run_requests[0] if data.run_requests else dg.SkipReason(data.skip_message)
