"""Connector `file`: a file below the city's data folder, never outside it."""

from __future__ import annotations

import difflib
import shutil
import time
from dataclasses import astuple, dataclass
from itertools import islice
from pathlib import Path

from sga_pipeline.connectors.connector import Fetched, FileMissing, Known, with_period
from sga_pipeline.connectors.newest import find_newest
from sga_pipeline.contracts.city import DataFolder
from sga_pipeline.contracts.sources.files import FileSource
from sga_pipeline.errors import PullError
from sga_pipeline.home import home_error

# A file touched this recently may change again without its times showing it.
_UNSURE_SECONDS = 2.0


class FileConnector:
    """Copies from one folder."""

    def __init__(self, source: FileSource, folder: Path | None, declared: DataFolder) -> None:
        self.source, self.folder, self.declared = source, folder, declared

    def fetch(self, period: str | None, into: Path, known: Known) -> Fetched | None:
        address = with_period(self.source.address, period)
        source = find_file(self.folder, self.declared, address)
        began, before = time.time(), _state(source)
        if known.etag is not None and known.etag == _version(before, began):
            return None
        target = into / source.name
        _copy(source, target)
        if _state(source) != before:
            raise PullError("the file changed while it was read", "Run again later.", address, transient=True)
        return Fetched(target, source.name, address, etag=_version(before, began))


def find_file(folder: Path | None, declared: DataFolder, address: str) -> Path:
    """The file an address names below the city's data folder; the newest by name where it holds a *."""
    if folder is None:
        raise PullError(
            f"the folder of the city's files is not known: the variable {declared.env} is not set",
            f"Set {declared.env} to the folder that holds [{declared.folder}].",
            declared.env,
        )
    source = (folder / address).resolve()
    if not source.is_relative_to(folder.resolve()):
        raise PullError("the file lies outside the city's data folder", "Move it below that folder.", address)
    if "*" in source.name:
        found = source.parent.iterdir() if source.parent.is_dir() else iter(())
        name = find_newest((one.name for one in found if one.is_file() and "*" not in one.name), source.name)
        return find_file(folder, declared, str(Path(address).with_name(name)))
    if not source.exists():
        raise FileMissing(f"there is no file {address} in {folder}", _hint(source), address)
    if not source.is_file():
        raise PullError("this is not a file", "Correct the address in the feed.", address)
    return source


def _hint(source: Path) -> str:
    if not source.parent.is_dir():
        return f"The folder {source.parent} does not exist either. Correct the address or bring the data."
    names = [one.name for one in islice(source.parent.iterdir(), 5000) if one.name.isprintable()]
    near = difflib.get_close_matches(source.name, names, n=3, cutoff=0.6)
    return f"Was it renamed? There is {', '.join(near)}." if near else "Bring the file, or correct the address."


@dataclass(frozen=True)
class _State:
    """What changes when a file does. The time it was last read is no part of it."""

    size: int
    modified_ns: int
    changed_ns: int
    device: int
    inode: int


def _state(source: Path) -> _State:
    try:
        found = source.stat()
    except OSError as error:
        raise PullError(f"the file cannot be read ({error.strerror})", "Correct its permissions.", source) from None
    return _State(found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_dev, found.st_ino)


def _version(state: _State, now: float) -> str | None:
    """Size, times and place of a file, which no later content shares; None while its times cannot yet be trusted."""
    if max(state.modified_ns, state.changed_ns) > (now - _UNSURE_SECONDS) * 1e9:
        return None
    return "-".join(str(one) for one in astuple(state))


def _copy(source: Path, target: Path) -> None:
    try:
        stream = source.open("rb")
    except OSError as error:
        raise PullError(f"the file cannot be read ({error.strerror})", "Correct its permissions.", source) from None
    with stream:
        try:
            with target.open("wb") as copy:
                shutil.copyfileobj(stream, copy, 1 << 20)
        except OSError as error:
            raise home_error(error, target) from None
