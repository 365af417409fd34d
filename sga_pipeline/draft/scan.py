"""One pass over a text file's bytes: its head, its tail, whether it is UTF-8, its line ends; memory stays flat."""

from __future__ import annotations

import bz2
import codecs
import gzip
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sga_pipeline.errors import DeliveryError

BLOCK = 1 << 20
HEAD, TAIL, ODD = 400_000, 60_000, 200_000
# The same measure of a bomb as the readers have.
MAX_RATIO, MIN_SUSPECT_BYTES = 200, 200_000_000


@dataclass(frozen=True)
class Scan:
    """What one pass finds out about a text file; `odd` are stretches that hold bytes outside ASCII."""

    head: bytes
    tail: bytes
    odd: bytes
    size: int
    utf8: bool
    nul: bool
    feeds: int
    returns: int
    pairs: int
    compression: str

    @property
    def line_end(self) -> str:
        if self.returns == 0:
            return "LF"
        if self.pairs == self.returns == self.feeds:
            return "CR LF"
        return "CR" if self.feeds == 0 else "mixed"


def scan(path: Path, compression: str) -> Scan:
    """Read a file once from end to end, or raise DeliveryError where its archive is damaged or a bomb."""
    openers: dict[str, Callable[[Path], Any]] = {"none": _plain, "gzip": gzip.GzipFile, "bz2": bz2.BZ2File}
    decoder = codecs.getincrementaldecoder("utf-8")()
    limit = max(path.stat().st_size * MAX_RATIO, MIN_SUSPECT_BYTES)
    head, tail, odd = b"", b"", b""
    size = feeds = returns = pairs = 0
    utf8, nul, last = True, False, b""
    try:
        with openers[compression](path) as stream:
            while block := stream.read(BLOCK):
                size += len(block)
                if size > limit and compression != "none":
                    raise DeliveryError("the archive unpacks to far more than its size", "Check the file.", path.name)
                if len(head) < HEAD:
                    head += block[: HEAD - len(head)]
                tail = (tail + block)[-TAIL:]
                utf8 = utf8 and _decodes(decoder, block)
                nul = nul or b"\x00" in block
                if len(odd) < ODD and not block.isascii():
                    odd += b"\n".join(line for line in block.splitlines() if not line.isascii())[: ODD - len(odd)]
                feeds += block.count(b"\n")
                returns += block.count(b"\r")
                pairs += block.count(b"\r\n") + (1 if last == b"\r" and block[:1] == b"\n" else 0)
                last = block[-1:]
    except (EOFError, gzip.BadGzipFile, zlib.error, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise DeliveryError("the archive is damaged or cut short", "Ask for the file again.", path.name) from None
    return Scan(
        head, tail, odd, size, utf8 and _decodes(decoder, b"", final=True), nul, feeds, returns, pairs, compression
    )


def _plain(path: Path) -> Any:
    return path.open("rb")


def _decodes(decoder: codecs.IncrementalDecoder, block: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(block, final)
    except UnicodeDecodeError:
        return False
    return True
