"""The dBase table of a Shapefile: fields of fixed width as text."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from sga_pipeline.errors import DeliveryError

_DELETED = b"*"
# What the byte for the language in the head means, where there is no .cpg; all others are not guessed.
_LANGUAGES = {0x03: "cp1252", 0x57: "cp1252", 0x01: "cp437", 0x02: "cp850", 0xC8: "cp1250", 0xC9: "cp1251"}


@dataclass(frozen=True)
class Table:
    """Names, and each record; None is a record that was struck out."""

    header: list[str]
    records: list[list[str | None] | None]


def read_table(data: bytes, encoding: str | None) -> Table:
    """All records, in order. Raises struct.error or DeliveryError where the table is not one."""
    number, head, length = struct.unpack_from("<IHH", data, 4)
    encoding = encoding or _LANGUAGES.get(data[29])
    fields = [data[at : at + 32] for at in range(32, head - 1, 32)]
    if fields and fields[-1][:1] == b"\r":
        fields.pop()
    if any(len(one) < 32 for one in fields) or length < 1 or head + number * length > len(data) + 1:
        raise struct.error("the table is cut short")
    names = [_text(one[:11].split(b"\x00")[0], encoding, "a name").strip() for one in fields]
    kinds, widths = [chr(one[11]) for one in fields], [one[16] for one in fields]
    if 1 + sum(widths) != length:
        raise struct.error("the fields do not fill the record")
    records: list[list[str | None] | None] = []
    for at in range(head, head + number * length, length):
        cells, place = [], at + 1
        for name, kind, width in zip(names, kinds, widths, strict=True):
            cells.append(_cell(kind, data[place : place + width], encoding, name))
            place += width
        records.append(None if data[at : at + 1] == _DELETED else cells)
    return Table(names, records)


def _cell(kind: str, raw: bytes, encoding: str | None, name: str) -> str | None:
    text = _text(raw, encoding, name).replace("\x00", " ").strip()
    if not text or (kind in "NF" and set(text) == {"*"}) or (kind == "L" and text == "?"):
        return None
    if kind == "D" and len(text) == 8:
        return f"{text[:4]}-{text[4:6]}-{text[6:]}"
    return text


def _text(raw: bytes, encoding: str | None, field: str) -> str:
    """The text of a field; where it cannot be read the error names the field alone, for the text may name a person."""
    try:
        return raw.decode(encoding or "ascii")
    except UnicodeDecodeError:
        raise DeliveryError(
            f"the fields' text is not {encoding}" if encoding else "the encoding of the fields' text is not stated",
            "Declare it under format.encoding (often utf-8, cp1252 or cp850).",
            field,
        ) from None
