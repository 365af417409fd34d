"""The home: one run of a city at a time, files whole or not there, and errors that say what to do."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from sga_pipeline.errors import SgaError
from sga_pipeline.home import Home, write_bytes, write_text

CITY, OTHER = "xx_one", "xx_two"
HOLD = """
import sys, time
from pathlib import Path
from sga_pipeline.home import Home
with Home(Path(sys.argv[1])).lock(sys.argv[2]):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture(autouse=True)
def _umask_restored() -> object:
    before = os.umask(0o022)
    yield
    os.umask(before)


def _holder(home: Path, city_id: str) -> subprocess.Popen[str]:
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(home), city_id], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None and holder.stdout.readline() == "held\n"
    return holder


def test_a_second_process_learns_who_is_at_work_and_a_killed_one_leaves_no_lock(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    holder = _holder(home.path, CITY)
    try:
        with pytest.raises(SgaError, match=rf"process {holder.pid} .*Wait for it to end"), home.lock(CITY):
            pass
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        with home.lock(CITY):
            pass
    finally:
        holder.kill()
        holder.wait()
        holder.stdout.close()  # type: ignore[union-attr]


def test_two_cities_are_at_work_beside_each_other(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    holder = _holder(home.path, CITY)
    try:
        with home.lock(OTHER), pytest.raises(SgaError, match=r"another run of this city .*\[xx_one\]"), home.lock(CITY):
            pass
    finally:
        holder.kill()
        holder.wait()
        holder.stdout.close()  # type: ignore[union-attr]


def test_who_waits_for_a_lock_gets_it_when_it_is_free(tmp_path: Path) -> None:
    home, got = Home(tmp_path / "home"), threading.Event()

    def wait() -> None:
        with Home(home.path).lock(CITY, wait=True):
            got.set()

    with home.lock(CITY):
        beside = threading.Thread(target=wait)
        beside.start()
        assert not got.wait(0.3)
    assert got.wait(10)
    beside.join()


def test_the_holder_may_take_the_lock_again_and_another_thread_may_not(tmp_path: Path) -> None:
    home, refused = Home(tmp_path), []

    def try_it() -> None:
        try:
            with home.lock(CITY):
                pass
        except SgaError as error:
            refused.append(error)

    with home.lock(CITY), home.lock(CITY):
        beside = threading.Thread(target=try_it)
        beside.start()
        beside.join()
    assert len(refused) == 1
    try_it()
    assert len(refused) == 1


def test_leftovers_of_a_killed_run_are_swept_when_the_lock_is_taken(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with home.lock(OTHER):
        (home.scratch(OTHER) / "c").write_text("x")
    with home.lock(CITY):
        (home.scratch(CITY) / "half").mkdir()
        (home.scratch(CITY) / "half" / "a").write_text("x")
        (home.scratch(CITY) / "b").write_text("x")
    with home.lock(CITY):
        assert list(home.scratch(CITY).iterdir()) == []
        # Another city may be at work.
        assert [one.name for one in home.scratch(OTHER).iterdir()] == ["c"]


def test_only_the_way_to_the_releases_is_open_to_others(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    with home.lock(CITY):
        write_text(home.path / "note.txt", "x")
    assert stat.S_IMODE(home.path.stat().st_mode) == 0o755
    for private in ("raw", "inbox", "quarantine", "conformed", "scratch", "warehouse"):
        assert stat.S_IMODE((home.path / private).stat().st_mode) == 0o700
    assert stat.S_IMODE((home.path / "note.txt").stat().st_mode) == 0o600


def test_a_home_that_is_a_file_or_below_one_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for path in (tmp_path / "file", tmp_path / "file" / "home"):
        with pytest.raises(SgaError, match=r"is a file, not a folder.*--home"), Home(path).lock(CITY):
            pass


def test_a_home_without_write_access_is_explained(tmp_path: Path) -> None:
    """A child gives up root, should the tests run as root, and reports with its exit status."""
    tmp_path.chmod(0o555)
    child = os.fork()
    if child == 0:
        status = 1
        try:
            if os.getuid() == 0:
                os.setuid(65534)
            with Home(tmp_path / "home").lock(CITY):
                pass
        except SgaError as error:
            status = 0 if "cannot be written" in str(error) and "--home" in str(error) else 2
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "a.json"
    write_bytes(target, b"old")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(SgaError, match="the disk is full"):
            write_bytes(target, b"new")
    assert target.read_bytes() == b"old" and list(tmp_path.iterdir()) == [target]
    write_bytes(target, b"new")
    assert target.read_bytes() == b"new" and list(tmp_path.iterdir()) == [target]
