"""Cities that share feeds stand alone all the same: side by side, one killed, a file refused, a city removed."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pytest

from sga_pipeline.home import Home
from sga_pipeline.raw.store import RawStore
from tests.runs import SGA, sga
from tests.servers import Answer, serving
from tests.shared_cities import ALBA, BIRKA, CUMAE, RECORDED, Office, records, residents, write_shared, write_user

pytestmark = pytest.mark.slow
PLACES = {ALBA: "5001", BIRKA: "501", CUMAE: "25001"}


@dataclass
class SlowOffice:
    """Answers as the office does; while `held`, it takes the question and says nothing."""

    office: Office = field(default_factory=Office)
    held: threading.Event = field(default_factory=threading.Event)
    let_go: threading.Event = field(default_factory=threading.Event)

    def __call__(self, target: str, body: bytes) -> Answer:
        given = self.office(target, body)
        if not self.held.is_set():
            return given

        def wait(connection: socket.socket) -> None:
            self.let_go.wait(60)
            with suppress(OSError):
                connection.sendall(given)

        return wait


@dataclass
class Country:
    folder: Path
    slow: SlowOffice

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def office(self) -> Office:
        return self.slow.office

    def run(self, *cities: str) -> tuple[int, str]:
        done = sga("run", "--home", self.home, *(self.folder / one for one in cities))
        return done.returncode, done.stdout + done.stderr

    def start(self, city_id: str) -> subprocess.Popen[str]:
        words = [str(SGA), "run", "--home", str(self.home), str(self.folder / city_id)]
        return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def asked(self, number: int, seconds: float = 60) -> None:
        """Wait until the office has been asked so often."""
        until = time.monotonic() + seconds
        while len(self.office.asked) < number:
            assert time.monotonic() < until, self.office.asked
            time.sleep(0.05)

    def rows(self, city_id: str, sql: str) -> list[tuple[object, ...]]:
        database = (self.home / "published" / city_id / "current").resolve() / "sga.duckdb"
        with duckdb.connect(str(database), read_only=True) as con:
            return con.execute(sql).fetchall()

    def ledger(self, city_id: str) -> dict[object, object]:
        return dict(
            self.rows(
                city_id,
                "select fate, sum(rows)::int from evidence.row_ledger where feed_id = 'national_records' group by all",
            )
        )

    def release(self, city_id: str) -> str:
        return (self.home / "published" / city_id / "current").resolve().name


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Country]:
    """The three cities, each run once in one command."""
    folder, slow = tmp_path_factory.mktemp("first"), SlowOffice()
    with serving(responder=slow) as server:
        write_shared(folder, server.address(""))
        country = Country(folder, slow)
        for city_id in PLACES:
            write_user(folder, city_id)
        status, said = country.run(*PLACES)
        assert status == 0 and said.count("published release") == 3, said
        assert sorted(slow.office.asked) == ["/records.csv", "/residents.csv"], "asked once for three cities"
        yield country


@pytest.fixture
def country(first: Country, tmp_path: Path) -> Iterator[Country]:
    """A copy of it, at the same address."""
    shutil.copytree(first.folder, tmp_path / "copy", symlinks=True)
    first.slow.office, first.slow.held, first.slow.let_go = Office(), threading.Event(), threading.Event()
    yield Country(tmp_path / "copy", first.slow)
    first.slow.let_go.set()


def test_every_row_of_the_national_file_is_accounted_for_in_each_city(first: Country) -> None:
    for city_id, place in PLACES.items():
        own = RECORDED[place]
        assert first.ledger(city_id) == {"counted": own, "out_of_scope": sum(RECORDED.values()) - own}
        assert first.rows(
            city_id,
            "select sum(rows_in)::int, sum(rows_outside)::int from deliveries where feed_id = 'national_records'",
        ) == [(own, sum(RECORDED.values()) - own)]


def test_two_cities_side_by_side_ask_once_and_both_publish(country: Country) -> None:
    country.office.files |= {
        "/records.csv": records({**RECORDED, "5001": 44, "501": 31}),
        "/residents.csv": residents(2024),
    }
    country.slow.held.set()
    runs = [country.start(one) for one in (ALBA, BIRKA)]
    country.asked(1)
    # The second has its imports behind it long before this is over, and waits for the first.
    time.sleep(8)
    assert len(country.office.asked) == 1
    country.slow.let_go.set()
    said = [one.communicate(timeout=600)[0] for one in runs]
    assert [one.returncode for one in runs] == [0, 0] and all("published release" in one for one in said), said
    assert sorted(country.office.asked) == ["/records.csv", "/residents.csv"]
    assert [country.ledger(one)["counted"] for one in (ALBA, BIRKA)] == [44, 31]
    files = [
        next(country.home.glob(f"conformed/population/city_id={one}/feed_id=national_residents/*"))
        for one in (ALBA, BIRKA)
    ]
    assert files[0].stat().st_ino == files[1].stat().st_ino


def test_one_killed_while_it_asks_holds_up_nobody(country: Country) -> None:
    before = country.release(ALBA)
    country.office.files["/records.csv"] = records({**RECORDED, "5001": 44, "501": 31})
    country.slow.held.set()
    killed = country.start(ALBA)
    country.asked(1)
    waiting = country.start(BIRKA)
    time.sleep(8)
    os.kill(killed.pid, signal.SIGKILL)
    killed.communicate()
    country.slow.let_go.set()
    said = waiting.communicate(timeout=600)[0]
    assert waiting.returncode == 0 and country.ledger(BIRKA)["counted"] == 31, said
    assert country.release(ALBA) == before and country.ledger(ALBA)["counted"] == 40
    status, said = country.run(ALBA)
    assert status == 0 and country.ledger(ALBA)["counted"] == 44, said
    assert country.office.asked.count("/records.csv") == 2, "what the other city was given serves both"
    assert not list(RawStore(Home(country.home), "shared", "national_records").folder.glob(".arriving-*"))


def test_a_file_refused_or_out_of_reach_is_a_finding_in_each_city(country: Country) -> None:
    country.office.files["/records.csv"] = b"this,is,another,table\n1,2,3,4\n"
    del country.office.files["/residents.csv"]
    for city_id in (ALBA, BIRKA):
        status, said = country.run(city_id)
        assert status == 3, said
        found = country.rows(
            city_id, "select feed_id, statement from gaps where feed_id like 'national%' and status != 'closed'"
        )
        in_trouble = {feed_id for feed_id, statement in found if "last good delivery" in str(statement)}
        assert in_trouble == {"national_records", "national_residents"}, found
        assert country.ledger(city_id)["counted"] == RECORDED[PLACES[city_id]], "the last good delivery serves"


def test_a_run_of_one_city_touches_no_other(country: Country) -> None:
    def of_birka() -> dict[str, int]:
        named = [
            one for one in country.home.rglob("*") if BIRKA in str(one.relative_to(country.home)) and one.is_file()
        ]
        return {str(one): one.stat().st_mtime_ns for one in named}

    before = of_birka()
    country.office.files["/records.csv"] = records({**RECORDED, "5001": 44, "501": 31})
    shutil.rmtree(country.folder / CUMAE)
    status, said = country.run(ALBA)
    assert status == 0 and country.ledger(ALBA)["counted"] == 44, said
    assert of_birka() == before and country.ledger(BIRKA)["counted"] == 25
    status, said = country.run(BIRKA)
    assert status == 0 and country.ledger(BIRKA)["counted"] == 31, said
    assert country.office.asked.count("/records.csv") == 1
