"""The raw store: bytes untouched, history in order, and whole after any crash."""

from __future__ import annotations

import json
import os
import random
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from sga_pipeline.connectors.connector import Fetched
from sga_pipeline.errors import DeliveryError, SgaError
from sga_pipeline.home import Home
from sga_pipeline.raw.delivery import Delivery, sha256_of
from sga_pipeline.raw.store import RawStore

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)


def bring(
    home: Home, content: bytes, *, period: str | None = None, day: int = 0, name: str = "a.csv"
) -> tuple[Delivery, bool]:
    home.scratch("xx").mkdir(parents=True, exist_ok=True)
    file = home.scratch("xx") / "fetched"
    file.write_bytes(content)
    fetched = Fetched(file, name, "http://example.org/a.csv", "text/csv", '"v1"')
    now = NOON + timedelta(days=day)
    return RawStore(home, "xx", "feed").receive(fetched, period=period, now=now, connector="http")


def history(home: Home, period: str | None = None) -> list[bytes]:
    return [one.path.read_bytes() for one in RawStore(home, "xx", "feed").arrivals().get(period, [])]


def test_a_delivery_is_kept_as_the_handover_says(tmp_path: Path) -> None:
    home = Home(tmp_path)
    delivery, new = bring(home, b"a,b\n1,2\n", period="2024-01")
    manifest = json.loads((delivery.folder / "delivery.json").read_text())
    assert new and delivery.folder == tmp_path / "raw/xx/feed" / sha256_of(delivery.path)
    assert manifest == {
        "sha256": delivery.folder.name,
        "bytes": 8,
        "file_name": "a.csv",
        "address": "http://example.org/a.csv",
        "period": "2024-01",
        "retrieved_at": "2024-03-01T12:00:00Z",
        "connector": "http",
        "media_type": "text/csv",
        "etag": '"v1"',
        "last_modified": None,
    }
    lines = (tmp_path / "raw/xx/feed/arrivals.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in lines] == [
        {"sha256": delivery.sha256, "period": "2024-01", "retrieved_at": "2024-03-01T12:00:00Z"}
    ]
    assert stat.S_IMODE(delivery.path.stat().st_mode) == 0o400 and stat.S_IMODE(delivery.folder.stat().st_mode) == 0o700


def test_the_same_twice_is_one_and_a_return_to_old_bytes_is_news(tmp_path: Path) -> None:
    home = Home(tmp_path)
    news = [bring(home, content, day=day)[1] for day, content in enumerate([b"A", b"A", b"B", b"B", b"A"])]
    assert news == [True, False, True, False, True]
    assert history(home) == [b"A", b"B", b"A"] and len(list((tmp_path / "raw/xx/feed").glob("*/delivery.json"))) == 2


def test_the_same_bytes_may_be_two_periods(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert bring(home, b"A", period="2023")[1] and bring(home, b"A", period="2024", day=1)[1]
    found = RawStore(home, "xx", "feed").arrivals()
    assert {period: (one.period, one.retrieved_at[:10]) for period, (one,) in found.items()} == {
        "2023": ("2023", "2024-03-01"),
        "2024": ("2024", "2024-03-02"),
    }


def test_what_was_known_on_a_day(tmp_path: Path) -> None:
    home = Home(tmp_path)
    for day, content in enumerate([b"A", b"B", b"C"]):
        bring(home, content, day=day)
    store = RawStore(home, "xx", "feed")
    assert [one.path.read_bytes() for one in store.arrivals(date(2024, 3, 2))[None]] == [b"B", b"A"]
    assert store.arrivals(date(2024, 2, 29)) == {}


def test_times_are_kept_as_utc(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.scratch("xx").mkdir(parents=True)
    (home.scratch("xx") / "f").write_bytes(b"A")
    late = datetime(2024, 3, 1, 22, tzinfo=timezone(timedelta(hours=-5)))
    fetched = Fetched(home.scratch("xx") / "f", "a.csv", "x")
    delivery, _ = RawStore(home, "xx", "feed").receive(fetched, period=None, now=late, connector="file")
    assert delivery.retrieved_at == "2024-03-02T03:00:00Z"


@pytest.mark.parametrize("name", ["delivery.json", "../../x.csv", ".hidden", "", "a" * 300 + ".csv", "año 1.csv"])
def test_no_file_name_can_harm_the_store(tmp_path: Path, name: str) -> None:
    home = Home(tmp_path)
    delivery, _ = bring(home, b"A", name=name)
    assert history(home) == [b"A"] and delivery.path.parent == delivery.folder
    assert sorted(one.name for one in delivery.folder.iterdir()) == sorted({"delivery.json", delivery.path.name})


def test_altered_bytes_are_noticed_and_mended_when_they_come_again(tmp_path: Path) -> None:
    home = Home(tmp_path)
    delivery, _ = bring(home, b"A,1\n")
    delivery.verify()
    delivery.path.chmod(0o600)
    delivery.path.write_bytes(b"A,2\n")
    with pytest.raises(DeliveryError, match="altered or lost"):
        delivery.verify()
    assert bring(home, b"A,1\n", day=1)[1] is False
    delivery.verify()
    delivery.path.unlink()
    with pytest.raises(DeliveryError, match="altered or lost"):
        delivery.verify()


def test_a_torn_last_line_is_ignored_and_healed(tmp_path: Path) -> None:
    home = Home(tmp_path)
    bring(home, b"A")
    listed = tmp_path / "raw/xx/feed/arrivals.jsonl"
    whole = listed.read_bytes()
    for cut in range(1, len(whole)):
        listed.write_bytes(whole + whole[:cut])
        assert history(home) == [b"A"]
    bring(home, b"B", day=1)
    assert history(home) == [b"B", b"A"] and listed.read_bytes().startswith(whole)


def test_a_broken_list_is_never_taken_for_an_empty_one(tmp_path: Path) -> None:
    home = Home(tmp_path)
    bring(home, b"A")
    listed = tmp_path / "raw/xx/feed/arrivals.jsonl"
    kept = b"not json\n" + listed.read_bytes()
    listed.write_bytes(kept)
    with pytest.raises(SgaError, match="line 1 of the list of arrivals"):
        bring(home, b"B")
    assert listed.read_bytes() == kept
    listed.unlink()
    listed.mkdir()
    with pytest.raises(SgaError):
        history(home)


def test_a_folder_without_a_manifest_is_no_delivery(tmp_path: Path) -> None:
    home = Home(tmp_path)
    delivery, _ = bring(home, b"A")
    (delivery.folder / "delivery.json").unlink()
    assert history(home) == []
    bring(home, b"A", day=1)
    assert history(home)[0] == b"A"


RECEIVE = """
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from sga_pipeline.connectors.connector import Fetched
from sga_pipeline.home import Home
from sga_pipeline.raw.store import RawStore
home = Home(Path(sys.argv[1]))
store = RawStore(home, "xx", "feed")
home.scratch("xx").mkdir(parents=True, exist_ok=True)
store.sweep()
print("go", flush=True)
for number in range(int(sys.argv[2]), 200):
    file = home.scratch("xx") / "fetched"
    file.write_bytes(b"%d," % number * 2000)
    store.receive(Fetched(file, "a.csv", "x"), period=None, now=datetime.now(UTC), connector="file")
    print(number, flush=True)
"""


def test_killed_at_any_moment_nothing_finished_is_lost_and_nothing_half_is_listed(tmp_path: Path) -> None:
    chance, home, done = random.Random(20240301), Home(tmp_path), -1
    for _ in range(20):
        with subprocess.Popen(
            [sys.executable, "-c", RECEIVE, str(tmp_path), str(done + 1)], stdout=subprocess.PIPE, text=True
        ) as child:
            assert child.stdout is not None and child.stdout.readline() == "go\n"
            # The kill falls while receiving: after some deliveries, and anywhere within the next.
            for _ in range(chance.randrange(3)):
                done = int(child.stdout.readline())
            signal_at = chance.uniform(0, 0.02)
            if chance.random() < 0.8:
                _busy_wait(signal_at)
            os.kill(child.pid, signal.SIGKILL)
            for line in child.stdout:
                done = int(line)
        found = history(home)
        # What was acknowledged is there, in order, once; at most the one delivery under way came in besides.
        expected = [b"%d," % number * 2000 for number in range(len(found))]
        assert len(found) in {done + 1, done + 2} and found[::-1] == expected
        done = len(found) - 1
    assert done >= 5
    RawStore(home, "xx", "feed").sweep()
    assert not list((tmp_path / "raw/xx/feed").glob(".arriving*"))


def _busy_wait(seconds: float) -> None:
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        pass


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "tiny"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)]
    mounted = subprocess.run(mount, capture_output=True, check=False)
    if mounted.returncode != 0:
        pytest.skip(f"mounting a tiny disk is not permitted here: {mounted.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_is_explained_and_harms_nothing(tiny_disk: Path) -> None:
    home = Home(tiny_disk)
    bring(home, b"A" * 1000)
    filler = tiny_disk / "filler"
    # Full to different degrees: the write fails at different points.
    for room in range(0, 40_000, 4096):
        with filler.open("wb", buffering=0) as stream:
            with pytest.raises(OSError):
                while stream.write(b"0" * 4096):
                    pass
            stream.truncate(max(0, stream.tell() - room))
        try:
            bring(home, b"B" * 9000 + b"%d" % room, day=1)
        except (SgaError, OSError) as error:
            assert "disk is full" in str(error) or "No space left" in str(error)
        filler.unlink()
        RawStore(home, "xx", "feed").sweep()
        for one in RawStore(home, "xx", "feed").arrivals()[None]:
            one.verify()
    assert history(home)[-1] == b"A" * 1000
    bring(home, b"C", day=2)
    assert history(home)[0] == b"C"
