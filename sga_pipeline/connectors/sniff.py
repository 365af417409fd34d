"""Finds by media type and first bytes that something else came in place of the declared format."""

from __future__ import annotations

import re

from sga_pipeline.contracts.formats import CsvFormat, Dhis2Format, Format, OpenSdgFormat, SdmxFormat

HEAD_BYTES = 512
PAGE, PDF, JSON = "a web page", "a PDF document", "JSON"
_XML, _ZIP, _PARQUET, _GZIP, _BZIP2 = "XML", "a workbook or zip archive", "Parquet", "gzip", "bzip2"
_SQLITE = "a database of SQLite"

_MEDIA = {
    "text/html": PAGE,
    "application/xhtml+xml": PAGE,
    "application/pdf": PDF,
    "application/json": JSON,
    "text/json": JSON,
    "application/problem+json": JSON,
}
_HEADS = [
    (re.compile(rb"<(!doctype html|html|head|body|script|title|div|p>|br|h\d)"), PAGE),
    (re.compile(rb"%pdf-"), PDF),
    (re.compile(rb"[\[{]\s*([\"{\[\]}]|$)"), JSON),
    (re.compile(rb"<[?!a-z]"), _XML),
    (re.compile(rb"pk\x03\x04|\xd0\xcf\x11\xe0"), _ZIP),
    (re.compile(rb"sqlite format 3"), _SQLITE),
    (re.compile(rb"par1"), _PARQUET),
    (re.compile(rb"\x1f\x8b"), _GZIP),
    (re.compile(rb"bzh\d"), _BZIP2),
]
_EXPECTED = {
    "workbook": _ZIP,
    "parquet": _PARQUET,
    "kml": _XML,
    "shapefile": _ZIP,
    "geopackage": _SQLITE,
    **dict.fromkeys(("geojson", "json", "jsonstat", "dhis2", "fhir"), JSON),
}


def find_other_format(head: bytes, media_type: str | None, form: Format) -> str | None:
    """What came in place of the format, in words; None where it may be what was declared."""
    if isinstance(form, SdmxFormat):
        return _no_message(head, media_type)
    expected = _expected(form)
    declared = _MEDIA.get(media_type or "")
    if declared is not None and declared != expected:
        return declared
    found = kind_of(head)
    if found == expected:
        return None
    return found or f"something that is not {expected}"


def kind_of(head: bytes) -> str | None:
    """What the first bytes are the mark of; None for plain text, and for anything unknown."""
    # Byte order marks, blanks, and the zero bytes of UTF-16 may come before and between the letters.
    plain = head.removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
    plain = plain.replace(b"\x00", b"").lstrip().lower()
    return next((kind for pattern, kind in _HEADS if pattern.match(plain)), None)


def _no_message(head: bytes, media_type: str | None) -> str | None:
    """SDMX comes as XML, JSON or text, and in an archive; never as a page or a document."""
    declared, found = _MEDIA.get(media_type or ""), kind_of(head)
    strange = next((one for one in (declared, found) if one in {PAGE, PDF}), None)
    return strange or (found if found in {_PARQUET, _GZIP, _BZIP2} else None)


def _expected(form: Format) -> str | None:
    if isinstance(form, CsvFormat):
        return {"none": None, "gzip": _GZIP, "bz2": _BZIP2, "zip": _ZIP}[form.compression]
    if isinstance(form, OpenSdgFormat):
        return JSON if form.files == "json" else None
    if isinstance(form, Dhis2Format) and form.written == "csv":
        return None
    return _EXPECTED[form.kind]
