"""Killed with SIGKILL at a hundred points of a pull, between any two calls and at any byte: nothing half, and the next pull makes good."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from sga_pipeline.conform.feed import conform_feed
from sga_pipeline.contracts.assessment import FeedPlan, read_assessment
from sga_pipeline.home import Home
from sga_pipeline.raw.arrivals import read_arrivals
from sga_pipeline.raw.store import RawStore
from tests.city_folder import CITY, HEADER, write_city
from tests.servers import Server, serving

CHILD = Path(__file__).with_name("pulling_child.py")
MONTHS = ("2023-09", "2023-10", "2023-11", "2023-12")
BY_CALL, BY_BYTE = 60, 40


@dataclass
class Office:
    """Gives a file a month, in pieces and slowly; at a byte it is given, it has whoever asks killed."""

    vintage: int = 1
    sent: int = 0
    kill_at: int | None = None
    kill: Callable[[], None] = field(default=lambda: None)

    def __call__(self, target: str, body: bytes) -> Callable[[socket.socket], None]:
        month = target.strip("/").removesuffix(".csv")
        rows = [
            f"{month}/{n},{month}-{n % 28 + 1:02d},,{'hom' if n % 3 else 'rob'},{n % 4},,G,Y\n"
            for n in range(20 * self.vintage)
        ]
        content = (HEADER + "".join(rows)).encode()
        head = (
            f"HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nConnection: close\r\nContent-Length: {len(content)}\r\n\r\n"
        )
        return lambda connection: self._send(connection, head.encode() + content)

    def _send(self, connection: socket.socket, whole: bytes) -> None:
        for start in range(0, len(whole), 97):
            piece = whole[start : start + 97]
            if self.kill_at is not None and self.sent + len(piece) > self.kill_at:
                connection.sendall(piece[: self.kill_at - self.sent])
                self.kill()
                return
            with suppress(OSError):
                connection.sendall(piece)
            self.sent += len(piece)
            time.sleep(0.0002)


class Puller:
    """The process that pulls in children of its own."""

    def __init__(self, city: Path, office: Office) -> None:
        self.office = office
        self.process = subprocess.Popen(
            [sys.executable, str(CHILD), str(city)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(CHILD.parents[2])},
        )

    def pull(self, home: Path, die_at: int | None = None, die_at_byte: int | None = None) -> tuple[int, int]:
        """How it ended (-9: killed), and how many calls it made."""
        assert self.process.stdin and self.process.stdout
        self.office.sent, self.office.kill_at = 0, None
        child: list[int] = []
        if die_at_byte is not None:
            self.office.kill_at = die_at_byte
            self.office.kill = lambda: os.kill(self._child(child), signal.SIGKILL)
        self.process.stdin.write(json.dumps({"home": str(home), "die_at": die_at}) + "\n")
        self.process.stdin.flush()
        child.append(int(self.process.stdout.readline()))
        status, calls = json.loads(self.process.stdout.readline())
        self.office.kill_at = None
        return status, calls

    @staticmethod
    def _child(child: list[int]) -> int:
        while not child:
            time.sleep(0.001)
        return child[0]


@dataclass
class Setting:
    server: Server
    office: Office
    puller: Puller
    plan: FeedPlan


@pytest.fixture(scope="module", params=["own", "shared"])
def setting(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Setting]:
    """A feed of the city's own, or one that cities share."""
    office = Office()
    with serving(responder=office) as server:
        source = f"{{connector: http, address: '{server.address('{period}.csv')}', retries: 0, periods: {{freq: M, first: {MONTHS[0]}, last: {MONTHS[-1]}}}}}"
        city = write_city(tmp_path_factory.mktemp("killed"), {"{connector: file, address: incidents.csv}": source})
        if request.param == "shared":
            (city.parent / "shared").mkdir()
            (city / "feeds").rename(city.parent / "shared" / "feeds")
            (city / "city.yaml").write_text(CITY + "uses: [incidents]\n", encoding="utf-8")
        puller = Puller(city, office)
        yield Setting(server, office, puller, read_assessment([city]).cities[0].feeds[0])
        assert puller.process.stdin
        puller.process.stdin.close()
        assert puller.process.wait(timeout=30) == 0


def raw(home: Path) -> dict[str, bytes]:
    """Every file of raw but the notes of how the last pull ended: who was interrupted finds less that is new, and asks for less."""
    notes = {"last_pull.json", "asked.json"}
    files = [file for file in (home / "raw").rglob("*") if file.is_file() and file.name not in notes]
    return {str(file.relative_to(home)): file.read_bytes() for file in sorted(files)}


def conformed(plan: FeedPlan, home: Path) -> dict[str, bytes]:
    conform_feed(plan, RawStore(Home(home), "xx_small", "incidents").arrivals(), Home(home))
    return {file.name: file.read_bytes() for file in sorted((home / "conformed").rglob("*.parquet"))}


def nothing_half(home: Path) -> None:
    """Whatever a killed pull left: each delivery recorded is whole, and in the order of months."""
    folder = home / "raw" / "xx_small" / "incidents"
    store = RawStore(Home(home), "xx_small", "incidents")
    lines = read_arrivals(folder / "arrivals.jsonl")
    held = store.arrivals()
    assert sum(map(len, held.values())) == len(lines)
    if (whole := home / "raw" / "shared" / "incidents" / "arrivals.jsonl").exists():
        assert set(lines) <= set(read_arrivals(whole))
    assert all(one.is_intact() for deliveries in held.values() for one in deliveries)
    for period, deliveries in held.items():
        assert all(str(period).encode() in one.path.read_bytes() for one in deliveries)


def no_leftovers(home: Path) -> None:
    assert [one for one in (home / "scratch").rglob("*") if one.is_file()] == []
    assert list((home / "raw").rglob(".*")) == []
    assert [path.name for path in home.glob(".*")] == [".locks"]


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("revised", [False, True], ids=["first pull", "pull of a revision"])
def test_killed_anywhere_the_next_pull_makes_good(setting: Setting, tmp_path: Path, revised: bool) -> None:
    chance, office, puller = random.Random(20260101 + revised), setting.office, setting.puller

    def begun(name: str) -> Path:
        home = tmp_path / name
        office.vintage = 1
        if revised:
            assert puller.pull(home)[0] == 0
            office.vintage = 2
        return home

    whole = begun("whole")
    status, calls = puller.pull(whole)
    assert status == 0 and calls > 200
    sent = office.sent
    expected, rows = raw(whole), conformed(setting.plan, whole)
    assert len(rows) == 4 and sum(name.endswith("delivery.json") for name in expected) == 4 + 3 * revised
    # One point in each equal stretch of the pull, so that no part of it goes untried.
    points = [("die_at", int(chance.uniform(n, n + 1) / BY_CALL * 2 * calls) + 1) for n in range(BY_CALL // 2)]
    points += [("die_at_byte", int(chance.uniform(n, n + 1) / BY_BYTE * 2 * sent)) for n in range(BY_BYTE // 2)]
    killed = 0
    for number, (how, point) in enumerate(points):
        home = begun(f"{number}")
        status, _ = puller.pull(home, **{how: point})
        killed += status == -signal.SIGKILL
        nothing_half(home)
        assert puller.pull(home)[0] == 0
        no_leftovers(home)
        assert raw(home) == expected, (how, point)
        assert conformed(setting.plan, home) == rows, (how, point)
    # How often the kernel gives what was sent in pieces differs from run to run: the last point may lie beyond the end.
    assert killed >= len(points) - 2
