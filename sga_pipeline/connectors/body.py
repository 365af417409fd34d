"""Saves the body of an answer, and refuses one that is not whole, too large, empty, or something else."""

from __future__ import annotations

import gzip
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import NoReturn

import requests

from sga_pipeline.connectors.sniff import HEAD_BYTES, find_other_format
from sga_pipeline.contracts.formats import CsvFormat, Format
from sga_pipeline.errors import PullError
from sga_pipeline.home import home_error

_BLOCK = 1 << 16
_PLAIN = {"", "identity"}
_GZIP = {"gzip", "x-gzip"}


class Body:
    """The body of one answer to one address."""

    def __init__(self, response: requests.Response, address: str, form: Format, limit: int, allowed: int) -> None:
        # Of what the contract allows for all answers of a pull together, so much is left.
        self.response, self.address, self.form, self.limit, self.allowed = response, address, form, limit, allowed
        self.encoding = response.headers.get("Content-Encoding", "").strip().lower()
        self.media_type = response.headers.get("Content-Type", "").split(";")[0].strip().lower() or None

    def save(self, target: Path, *, may_be_empty: bool = False) -> None:
        """Write the body, whole and as the contract declares it, or raise a PullError."""
        self._refuse_unmeasured()
        if self.encoding not in _PLAIN | _GZIP:
            self._refuse(
                f"the server packed the answer unasked as {self.encoding[:40]}", "Ask the publisher for the plain file."
            )
        self._write(target)
        packed_by_publisher = isinstance(self.form, CsvFormat) and self.form.compression == "gzip"
        if self.encoding in _GZIP and not packed_by_publisher:
            self._unpack(target)
        with target.open("rb") as stream:
            head = stream.read(HEAD_BYTES)
        if not head.strip():
            if may_be_empty:
                return
            self._refuse("the answer is empty", "Check the address.")
        if found := find_other_format(head, self.media_type, self.form):
            self._refuse(
                f"the server sent {found}, not {self.form.kind}",
                "Open the address by hand: it may ask for a log-in, or the file may have moved.",
            )

    def _refuse_unmeasured(self) -> None:
        length = self.response.headers.get("Content-Length")
        chunked = "chunked" in self.response.headers.get("Transfer-Encoding", "").lower()
        if length is None and not chunked:
            # Such an answer ends when the connection does, and nobody can know whether that was too early.
            self._refuse(
                "the server does not say how long its answer is, so a part of it could pass for the whole",
                "Ask the publisher to mend that, or bring the file by hand through the inbox.",
            )
        if length is not None and length.isdigit() and int(length) > self.limit:
            self._refuse_large()

    def _write(self, target: Path) -> None:
        seen = 0
        with _Sink(target) as sink:
            for block in self.response.raw.stream(_BLOCK, decode_content=False):
                seen += len(block)
                if seen > self.limit:
                    self._refuse_large()
                sink.write(block)
        length = self.response.headers.get("Content-Length", "")
        if length.isdigit() and "Transfer-Encoding" not in self.response.headers and seen != int(length):
            self._refuse(f"the answer was cut short at {seen} of {length} bytes", "Try later.", transient=True)

    def _unpack(self, target: Path) -> None:
        packed = target.with_name(f"{target.name}.packed")
        os.replace(target, packed)
        seen = 0
        try:
            with gzip.open(packed) as blocks, _Sink(target) as sink:
                while block := blocks.read(_BLOCK):
                    seen += len(block)
                    if seen > self.limit:
                        self._refuse_large()
                    sink.write(block)
        except (EOFError, gzip.BadGzipFile, zlib.error):
            self._refuse("the packed answer is cut short or damaged", "Try later.", transient=True)
        finally:
            packed.unlink()

    def _refuse_large(self) -> NoReturn:
        what = "the file is" if self.limit == self.allowed else "all answers together are"
        self._refuse(
            f"{what} larger than the {self.allowed} bytes the contract allows",
            "Raise source.max_bytes if that is right.",
        )

    def _refuse(self, message: str, next_step: str, *, transient: bool = False) -> NoReturn:
        raise PullError(message, next_step, self.address, transient=transient) from None


class _Sink:
    """A file whose failures are distinguished from those of the connection: a full disk is not a broken line."""

    def __init__(self, target: Path) -> None:
        self._target = target

    def __enter__(self) -> _Sink:
        with self._explained():
            self._stream = self._target.open("wb")
        return self

    def write(self, block: bytes) -> None:
        with self._explained():
            self._stream.write(block)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._explained():
            self._stream.close()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise home_error(error, self._target) from None
