"""ZIP archives, examined before anything of them is unpacked: names, number, sizes, links, passwords."""

from __future__ import annotations

import fnmatch
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from sga_pipeline.errors import DeliveryError

MAX_MEMBERS = 2_000
# What grows more than this over its packed size is an attack or a mistake; small files may, as empty tables do.
MAX_RATIO = 200
UNSUSPECT_BYTES = 200_000_000
_KNOWN = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_BLOCK = 1 << 20


@contextmanager
def opened(path: Path, unsuspect: int = UNSUSPECT_BYTES) -> Iterator[zipfile.ZipFile]:
    """The archive, once it is known to be harmless; whatever breaks while it is read is the delivery's fault."""
    try:
        with zipfile.ZipFile(path) as archive:
            _look_over(archive, path, unsuspect)
            yield archive
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, UnicodeDecodeError, OverflowError) as error:
        raise DeliveryError(
            "the archive is damaged or cut short", "Ask for the file again.", f"{error}"[:120] or path.name
        ) from None


def files(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """What is a file in it, in name order; folders and what a Macintosh leaves behind are none."""
    found = [one for one in archive.infolist() if not one.is_dir() and not one.filename.startswith("__MACOSX/")]
    return sorted(found, key=lambda one: one.filename)


def find_members(archive: zipfile.ZipFile, pattern: str, several: bool) -> list[zipfile.ZipInfo]:
    """The files a contract names: one, or all that match where it wants all."""
    named = [one for one in files(archive) if fnmatch.fnmatchcase(one.filename, pattern)]
    if not named:
        there = ", ".join(one.filename for one in files(archive)[:6]) or "nothing"
        raise DeliveryError("the ZIP has no such file", f"It holds {there}. Correct format.member.", pattern)
    if len(named) > 1 and not several:
        there = ", ".join(one.filename for one in named[:6])
        raise DeliveryError(
            f"{len(named)} files of the ZIP match",
            "Name one under format.member, or append them (append_members).",
            there,
        )
    return named


def unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path) -> Path:
    """One file into a place we name ourselves; never more bytes than were declared, and its checksum holds."""
    with archive.open(member) as source, target.open("wb") as copy:
        refuse_nested(source, member)
        while block := source.read(_BLOCK):
            copy.write(block)
    return target


def refuse_nested(source: IO[bytes], member: zipfile.ZipInfo) -> None:
    head = source.read(4)
    source.seek(0)
    if head in {b"PK\x03\x04", b"PK\x05\x06"}:
        raise DeliveryError("there is an archive in the archive", "Ask for the files themselves.", member.filename)


def _look_over(archive: zipfile.ZipFile, path: Path, unsuspect: int) -> None:
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        raise DeliveryError("the ZIP holds too many files", f"At most {MAX_MEMBERS} are read.", len(members))
    seen: set[str] = set()
    for one in members:
        if problem := _problem(one, seen):
            raise DeliveryError(problem, "Ask for a plain ZIP of the files.", one.filename[:200])
        seen.add(one.filename.casefold())
    size = sum(one.file_size for one in members)
    if size > max(path.stat().st_size * MAX_RATIO, unsuspect):
        raise DeliveryError("the archive unpacks to far more than its size", "Check the file.", f"{size} bytes")


def _problem(member: zipfile.ZipInfo, seen: set[str]) -> str | None:
    # The name as it was written: zipfile has already cut it at a zero byte.
    name = member.orig_filename
    parts = name.replace("\\", "/").split("/")
    if name.startswith(("/", "\\")) or ".." in parts or ":" in parts[0] or "\x00" in name or "\\" in name:
        return "a file of the ZIP lies outside it"
    if stat.S_ISLNK(member.external_attr >> 16):
        return "the ZIP holds a link"
    if member.flag_bits & 0x1:
        return "the ZIP is locked with a password"
    if member.compress_type not in _KNOWN:
        return "the ZIP is packed in an unusual way"
    return "the ZIP holds a name twice" if member.filename.casefold() in seen else None
