"""Whether two SDMX messages have the same content: all but the moment and the number they were prepared under."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

# Where the header of a message in XML ends; it is never longer than this.
_HEAD = 1 << 20
_HEADER_END = re.compile(rb"</(?:\w+:)?Header\s*>")
# What changes in a header at every request. The data sets' own words (action, validity) are part of the content.
_CHANGING = re.compile(rb"<((?:\w+:)?(?:ID|Prepared|Extracted|DataSetID))(\s[^>]*)?>[^<]*</\1\s*>")
_JSON_CHANGING = ("id", "prepared")
_JSON_LIMIT = 50_000_000
_BLOCK = 1 << 20


def have_same_content(one: Path, other: Path) -> bool:
    """Compare page by page; what cannot be understood is the same only where its bytes are."""
    try:
        return _content(one) == _content(other)
    except (OSError, zipfile.BadZipFile, RuntimeError, NotImplementedError):
        return False


def _content(path: Path) -> list[str]:
    if not zipfile.is_zipfile(path):
        with path.open("rb") as stream:
            return [_digest(stream, path.stat().st_size)]
    with zipfile.ZipFile(path) as archive:
        members = [one for one in archive.infolist() if one.compress_type == zipfile.ZIP_STORED]
        if len(members) != len(archive.infolist()):
            with path.open("rb") as stream:
                return [_bytes_digest(_blocks(stream))]
        found = []
        for member in members:
            with archive.open(member) as page:
                found.append(_digest(page, member.file_size))
        return found


def _digest(stream: IO[bytes], size: int) -> str:
    head = stream.read(_HEAD)
    begins = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if begins == b"<" and (end := _HEADER_END.search(head)):
        plain = _CHANGING.sub(b"", head[: end.end()])
        return _bytes_digest(_chained(plain + head[end.end() :], stream))
    if begins == b"{" and size <= _JSON_LIMIT:
        whole = head + stream.read()
        try:
            return _bytes_digest(iter([json.dumps(_without_moment(json.loads(whole, parse_float=str))).encode()]))
        except (ValueError, RecursionError):
            return _bytes_digest(iter([whole]))
    return _bytes_digest(_chained(head, stream))


def _without_moment(message: Any) -> Any:
    for name in ("header", "meta"):
        if isinstance(message, dict) and isinstance(message.get(name), dict):
            message[name] = {key: value for key, value in message[name].items() if key not in _JSON_CHANGING}
    return message


def _chained(head: bytes, stream: IO[bytes]) -> Iterator[bytes]:
    yield head
    yield from _blocks(stream)


def _blocks(stream: IO[bytes]) -> Iterator[bytes]:
    while block := stream.read(_BLOCK):
        yield block


def _bytes_digest(blocks: Iterator[bytes]) -> str:
    digest = hashlib.sha256()
    for block in blocks:
        digest.update(block)
    return digest.hexdigest()
