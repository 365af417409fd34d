"""SDMX messages as a table of observations: ML, JSON or CSV, recognised by their content."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import duckdb

from sga_pipeline.conform.readers import zip_archive
from sga_pipeline.conform.readers.in_memory import refuse_large
from sga_pipeline.conform.readers.opened import Opened
from sga_pipeline.conform.readers.statistics.sdmx_csv import BEGINS, open_sdmx_csv
from sga_pipeline.conform.readers.statistics.sdmx_json import read_json
from sga_pipeline.conform.readers.statistics.sdmx_structures import Structures
from sga_pipeline.conform.readers.statistics.sdmx_table import Table, opened_table
from sga_pipeline.conform.readers.statistics.sdmx_xml import read_xml
from sga_pipeline.contracts.formats import SdmxFormat
from sga_pipeline.errors import DeliveryError

_BLOCK = 1 << 20
_HEAD = 4096
# No packed message needs to be looked upon with more patience than this.
_UNSUSPECT_BYTES = 20_000_000
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
    with zip_archive.opened(path, _UNSUSPECT_BYTES) as packed:
        members = zip_archive.files(packed)
        kept_by_us = all(one.compress_type == zipfile.ZIP_STORED for one in members)
        if len(members) > (_MAX_PAGES if kept_by_us else 1):
            raise DeliveryError("the archive holds more than one message", "Bring one file.", len(members))
        for number, member in enumerate(members):
            yield zip_archive.unpack(packed, member, scratch / f"sdmx-page-{number:04}")
