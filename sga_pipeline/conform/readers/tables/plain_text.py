"""Makes delimited text readable without guessing: unpacked, UTF-8, one kind of line end, nothing around the table."""

from __future__ import annotations

import bz2
import codecs
import gzip
import zipfile
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from sga_pipeline.conform.readers import zip_archive
from sga_pipeline.contracts.formats import CsvFormat
from sga_pipeline.errors import DeliveryError

BLOCK = 4 << 20
# DuckDB's reader option for each kind of line end; pairs are what it expects where nothing is said.
LINE_FEED, PAIR = "new_line = '\\n', ", ""


@dataclass(frozen=True)
class PreparedText:
    """A file DuckDB can read as it is, and where its lines are in the delivery."""

    path: Path
    lines: int
    line_end: str
    # Lines of the delivery that come before the prepared file's first line, and between its header and first record.
    lines_before: int
    lines_after_header: int


def prepare_text(path: Path, form: CsvFormat, scratch: Path) -> PreparedText:
    """Check every byte once; copy only where something has to be taken away or translated."""
    as_it_is = (
        form.compression == "none"
        and _is_utf8(form.encoding)
        and not (form.skip_lines or form.footer_lines or form.skip_records)
    )
    if as_it_is:
        lines, line_end = _survey(path, form)
        if line_end is not None:
            return PreparedText(path, lines, line_end, 0, 0)
    return _rewrite(path, form, scratch)


def _is_utf8(encoding: str) -> bool:
    return codecs.lookup(encoding).name in {"utf-8", "utf-8-sig"}


def _survey(path: Path, form: CsvFormat) -> tuple[int, str | None]:
    """Count lines and learn the line end; None where line ends are mixed or old Macintosh ones."""
    newlines = returns = pairs = 0
    last = b""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            _decode(decoder, block, form, newlines)
            _refuse_nul(block, newlines)
            newlines += block.count(b"\n")
            returns += block.count(b"\r")
            pairs += block.count(b"\r\n") + (1 if last == b"\r" and block[:1] == b"\n" else 0)
            last = block[-1:]
    _decode(decoder, b"", form, newlines, final=True)
    lines = newlines + (0 if last in {b"\n", b""} else 1)
    if returns == 0:
        return lines, LINE_FEED
    return lines, PAIR if pairs == returns == newlines else None


def _decode(
    decoder: codecs.IncrementalDecoder, block: bytes, form: CsvFormat, lines: int, *, final: bool = False
) -> str:
    try:
        return decoder.decode(block, final)
    except UnicodeDecodeError as error:
        line = lines + block[: error.start].count(b"\n") + 1
        raise DeliveryError(
            f"the file is not {form.encoding}: byte 0x{error.object[error.start]:02x} near line {line}",
            "Declare the right encoding under format.encoding (often latin-1, cp1252 or utf-16) or ask for the file again.",
            form.encoding,
        ) from None


def _refuse_nul(block: bytes, lines: int) -> None:
    if b"\x00" in block:
        line = lines + block[: block.index(b"\x00")].count(b"\n") + 1
        raise DeliveryError("the file holds NUL bytes, as no text does", "Check encoding and format.", f"line {line}")


def _rewrite(path: Path, form: CsvFormat, scratch: Path) -> PreparedText:
    target = scratch / f"{path.name}.utf8"
    written = 0
    header: str | None = None
    with target.open("w", encoding="utf-8", newline="") as out, _streams(path, form) as streams:
        for name, stream in streams:
            table = _table(_lines(stream, path, form), form)
            first = next(table, None)
            if header is not None and first != header:
                raise DeliveryError(
                    "a file of the ZIP has another header than the first", "Give it a feed of its own.", name
                )
            if header is None and first is not None:
                header = first
                out.write(first + "\n")
                written += 1
            for line in table:
                out.write(line + "\n")
                written += 1
    return PreparedText(target, written, LINE_FEED, form.skip_lines, form.skip_records)


def _table(lines: Iterator[str], form: CsvFormat) -> Iterator[str]:
    """The lines of the table alone: nothing before its header, between header and first record, or after the last."""
    held: deque[str] = deque()
    for count, line in enumerate(lines, start=1):
        if count <= form.skip_lines or form.skip_lines + 1 < count <= form.skip_lines + 1 + form.skip_records:
            continue
        held.append(line)
        if len(held) > form.footer_lines:
            yield held.popleft()


@contextmanager
def _streams(path: Path, form: CsvFormat) -> Iterator[Iterator[tuple[str, BinaryIO]]]:
    """The bytes of the file, or of each file of a ZIP the contract names, in name order."""
    if form.compression == "zip":
        with zip_archive.opened(path) as packed:
            yield _members(packed, zip_archive.find_members(packed, form.member, form.append_members))
        return
    openers: dict[str, Callable[[Path], Any]] = {"none": open_plain, "gzip": gzip.GzipFile, "bz2": bz2.BZ2File}
    with openers[form.compression](path) as stream:
        yield iter([(path.name, stream)])


def _members(packed: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> Iterator[tuple[str, BinaryIO]]:
    for member in members:
        with packed.open(member) as stream:
            zip_archive.refuse_nested(stream, member)
            yield member.filename, cast(BinaryIO, stream)


def open_plain(path: Path) -> BinaryIO:
    return path.open("rb")


def _lines(stream: BinaryIO, path: Path, form: CsvFormat) -> Iterator[str]:
    """Decoded lines, whatever their ends; a bomb or a damaged archive is refused."""
    decoder = codecs.getincrementaldecoder(form.encoding)()
    limit = max(path.stat().st_size * zip_archive.MAX_RATIO, zip_archive.UNSUSPECT_BYTES)
    seen = lines = 0
    rest = ""
    try:
        while block := stream.read(BLOCK):
            seen += len(block)
            if seen > limit:
                raise DeliveryError("the archive unpacks to far more than its size", "Check the file.", path.name)
            text = rest + _decode(decoder, block, form, lines)
            # A return at the very end may be half of a pair: keep it for the next block.
            keep = "\r" if text.endswith("\r") else ""
            text = text.removesuffix("\r").replace("\r\n", "\n").replace("\r", "\n")
            *whole, rest = text.split("\n")
            rest += keep
            lines += len(whole)
            for line in whole:
                if "\x00" in line:
                    _refuse_nul(line.encode(), lines)
                yield line.removeprefix("\ufeff")
        rest += _decode(decoder, b"", form, lines, final=True)
    except (EOFError, gzip.BadGzipFile, zlib.error, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise DeliveryError(
            f"the archive is damaged or cut short ({type(error).__name__})", "Ask for the file again.", path.name
        ) from None
    if rest := rest.removesuffix("\r"):
        yield rest.removeprefix("\ufeff")
