"""SDMX messages as a table of observations: ML, JSON or CSV, told apart by their content."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import duckdb

from sga_pipeline.conform.readers.held import MAX_BYTES, refuse_large
from sga_pipeline.conform.readers.opened import Opened
from sga_pipeline.conform.readers.sdmx_csv import BEGINS, open_sdmx_csv
from sga_pipeline.conform.readers.sdmx_json import read_json
from sga_pipeline.conform.readers.sdmx_structures import Structures
from sga_pipeline.conform.readers.sdmx_table import Table, opened_table
from sga_pipeline.conform.readers.sdmx_xml import read_xml
from sga_pipeline.contracts.formats import SdmxFormat
from sga_pipeline.errors import DeliveryError

_BLOCK = 1 << 20
_HEAD = 4096
# A message that grows more than this out of its archive is an attack or a mistake.
_MAX_RATIO, _MIN_SUSPECT_BYTES = 200, 20_000_000
# More messages than a delivery of one flow and its structure has.
_MAX_PAGES = 1000


def open_sdmx(con: duckdb.DuckDBPyConnection, path: Path, form: SdmxFormat, scratch: Path) -> Opened:
    """Open a message, or the pages a connector kept: data, and structure messages that say what the codes mean."""
    table, structures, texts = Table(), Structures(), list[Path]()
    data = 0
    for page in _pages(path, scratch):
        head = _head(page)
        if BEGINS.match(head):
            texts.append(page)
            continue
        refuse_large(page)
        if head.startswith(b"<"):
            data += read_xml(_blocks(page), table, structures) != "Structure"
        elif head.startswith((b"{", b"[")):
            data += read_json(page.read_bytes(), table, structures, form)
        else:
            raise DeliveryError("this is no SDMX message", "Open it by hand and correct the address.", f"{head[:40]!r}")
    if texts:
        if len(texts) > 1 or data:
            raise DeliveryError("the delivery holds several data messages", "Ask for one of them.", len(texts) + data)
        return open_sdmx_csv(con, texts[0], _head(texts[0]), form, structures, scratch)
    if not data:
        raise DeliveryError("the delivery holds a structure and no data", "Ask for data.", path.name)
    return opened_table(con, table, form, structures)


def _head(page: Path) -> bytes:
    """The first bytes without marks and blanks before them, and without the zero bytes of UTF-16."""
    with page.open("rb") as stream:
        head = stream.read(_HEAD)
    plain = head.removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
    return plain.replace(b"\x00", b"").lstrip()


def _blocks(page: Path) -> Iterator[bytes]:
    with page.open("rb") as stream:
        # Blanks before the declaration are common, and XML forbids them.
        block = stream.read(_BLOCK).lstrip(b" \t\r\n")
        while block:
            yield block
            block = stream.read(_BLOCK)


def _pages(path: Path, scratch: Path) -> Iterator[Path]:
    """The message itself, or each one of an archive, unpacked within limits."""
    if not zipfile.is_zipfile(path):
        yield path
        return
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            packed = any(one.compress_type != zipfile.ZIP_STORED for one in members)
            if len(members) > (1 if packed else _MAX_PAGES):
                raise DeliveryError("the archive holds more than one message", "Bring one file.", len(members))
            for number, member in enumerate(members):
                target = scratch / f"sdmx-page-{number:04}"
                _unpack(archive, member, target, path)
                yield target
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        told = type(error).__name__
        raise DeliveryError("the archive is damaged or cut short", "Ask for it again.", told) from None


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, path: Path) -> None:
    limit = MAX_BYTES
    if member.compress_type != zipfile.ZIP_STORED:
        limit = min(limit, max(path.stat().st_size * _MAX_RATIO, _MIN_SUSPECT_BYTES))
    else:
        limit = max(limit, path.stat().st_size)
    seen = 0
    with archive.open(member) as stream, target.open("wb") as out:
        while block := stream.read(_BLOCK):
            seen += len(block)
            if seen > limit:
                raise DeliveryError("the archive unpacks to far more than its size", "Check the file.", path.name)
            out.write(block)
