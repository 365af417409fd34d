"""The home: where everything of an installation is kept, how files are written whole, and who may work in it."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile

from sga_pipeline.errors import SgaError

PRIVATE = 0o077
LOCKS = ".locks"
# The lock under which the release across cities is renewed, and its folder among the releases. No city has such an id.
PROGRAMME = "programme"
FULL = {errno.ENOSPC, errno.EDQUOT}


class Home:
    """Paths inside one home. Raw and conformed rows are private; only releases are for others."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        # How often each lock is held here, and by which process and thread.
        self._held: dict[str, tuple[int, tuple[int, int]]] = {}

    def raw(self, city_id: str, feed_id: str) -> Path:
        """Deliveries of a feed, untouched."""
        return self.path / "raw" / city_id / feed_id

    def inbox(self, city_id: str, feed_id: str) -> Path:
        """Files that people put there for a feed."""
        return self.path / "inbox" / city_id / feed_id

    def quarantine(self, city_id: str, feed_id: str) -> Path:
        """Rows of a feed that break a rule."""
        return self.path / "quarantine" / city_id / feed_id

    def published(self, city_id: str) -> Path:
        """Releases of a city."""
        return self.path / "published" / city_id

    def conformed_deliveries(self, city_id: str, feed_id: str) -> Path:
        """The list of what became of each delivery of a feed when it was conformed."""
        return self.path / "conformed" / "_deliveries" / city_id / f"{feed_id}.json"

    @property
    def conformed(self) -> Path:
        """Rows in their shapes."""
        return self.path / "conformed"

    def run_records(self, city_id: str) -> Path:
        """What a run of a city records of itself."""
        return self.conformed / "_run_records" / city_id

    def warehouse(self, city_id: str) -> Path:
        """The database that dbt builds of a city; it can be removed at any time."""
        return self.path / "warehouse" / f"{city_id}.duckdb"

    def scratch(self, city_id: str) -> Path:
        """Unfinished work on a city; whoever takes its lock clears it."""
        return self.path / "scratch" / city_id

    def dbt_target(self, city_id: str) -> Path:
        """Where dbt keeps the project as it was parsed, and what it logs."""
        return self.dagster / "dbt" / city_id

    def run_log(self, city_id: str) -> Path:
        """What the last run of a city wrote, dbt's steps above all."""
        return self.dagster / "last_runs" / f"{city_id}.log"

    @property
    def dagster(self) -> Path:
        """Dagster's settings and history, and the logs of the last runs."""
        return self.path / "dagster"

    def prepare(self) -> None:
        """Make the home, or say why it cannot be."""
        try:
            os.umask(PRIVATE)
            if not self.path.is_dir():
                self.path.mkdir(parents=True)
                # Others pass through the home to its releases; whatever else is in it is private.
                self.path.chmod(0o755)
            # Whether it can be written. The file has no name, so a killed run leaves none behind.
            with TemporaryFile(dir=self.path):
                pass
            for private in ("raw", "inbox", "quarantine", "conformed", "scratch", "warehouse", "dagster", LOCKS):
                (self.path / private).mkdir(exist_ok=True, mode=0o700)
        except OSError as error:
            raise home_error(error, self.path) from None

    @contextmanager
    def lock(self, city_id: str, *, wait: bool = False) -> Iterator[None]:
        """One run of a city at a time, and one of them at a shared feed; cities run side by side. The kernel frees the lock of a killed process, so none is ever stale."""
        # Another thread of the process, or a forked child of it, is not the holder.
        me = (os.getpid(), threading.get_ident())
        times, holder = self._held.get(city_id, (0, me))
        if times and holder == me:
            self._held[city_id] = (times + 1, me)
            try:
                yield
            finally:
                self._held[city_id] = (times, me)
            return
        self.prepare()
        with (self.path / LOCKS / city_id).open("a+") as stream:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                stream.seek(0)
                raise SgaError(
                    f"another run of this city is at work in this home{_by(stream.read(100))}",
                    "Wait for it to end, or give this run another --home.",
                    city_id,
                ) from None
            # Who it is helps the next one to understand; on a full disk the lock holds all the same.
            with suppress(OSError):
                stream.truncate(0)
                os.write(stream.fileno(), str(os.getpid()).encode())
            self._held[city_id] = (1, me)
            try:
                self._sweep(city_id)
                yield
            finally:
                del self._held[city_id]

    def _sweep(self, city_id: str) -> None:
        """Remove what a killed run of the city left: its scratch folder, and a pointer that was made and not yet put in place."""
        for pointer in self.published(city_id).glob(".current-*"):
            pointer.unlink(missing_ok=True)
        folder = self.scratch(city_id)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)


def shared_lock(feed_id: str) -> str:
    """The name of the lock of a shared feed, and of its scratch folder. No city and no feed has such an id."""
    return f"shared.{feed_id}"


def _by(process: str) -> str:
    return f", process {process}" if process.isdecimal() else ""


def home_error(error: OSError, path: Path) -> SgaError:
    """An error of the file system in words that say what to do."""
    if error.errno in FULL:
        return SgaError("the disk is full", "Free some space and run again; the last release is untouched.", path)
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return SgaError("the home cannot be written", "Give another --home, or correct its permissions.", path)
    if error.errno in {errno.ENOTDIR, errno.EEXIST}:
        return SgaError("the home is a file, not a folder", "Give another --home.", path)
    return SgaError(f"the home cannot be used ({error.strerror})", "Give another --home, or repair it.", path)


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file so that a reader sees the old one or the new one, never a part, also after a power cut."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.writing")
    try:
        with unfinished.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(unfinished, path)
    except OSError as error:
        with suppress(OSError):
            unfinished.unlink()
        raise home_error(error, path) from None


def write_text(path: Path, text: str) -> None:
    """Write text in the same way."""
    write_bytes(path, text.encode("utf-8"))


def sync_folder(path: Path) -> None:
    """Make renames in a folder survive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
