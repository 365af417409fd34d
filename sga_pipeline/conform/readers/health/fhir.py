"""FHIR records as a table of counts. No name, identifier, address or day of a person is ever handed on, in a row or in an error."""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any
from zoneinfo import ZoneInfo

import duckdb

from sga_pipeline.conform.readers.health.fhir_people import People, age_group
from sga_pipeline.conform.readers.health.fhir_values import (
    TOTAL,
    UNKNOWN,
    code,
    mapping,
    period,
    subject,
    text,
    when,
    why_not_counted,
)
from sga_pipeline.conform.readers.in_memory import Row, load_rows
from sga_pipeline.conform.readers.json_documents import parsed
from sga_pipeline.conform.readers.opened import Opened
from sga_pipeline.contracts.formats import FhirFormat
from sga_pipeline.errors import DeliveryError

HEADER = ("resource", "system", "code", "period", "sex", "age_group", "area", "count", "left_out")
# A bundle is read whole and so may not be large; a line of NDJSON is one record.
MAX_BUNDLE_BYTES, MAX_LINE_BYTES = 150_000_000, 16_000_000
# One record with the address it is known by, empty where it has none.
Entry = tuple[str, dict[str, Any]]
Cell = tuple[str, ...]


def open_fhir(con: duckdb.DuckDBPyConnection, path: Path, form: FhirFormat) -> Opened:
    """One row a cell with its count, then one row for each record left out, with nothing but the reason."""
    try:
        people = _people(path, form)
        cells, left_out = _counts(path, form, people)
    except (zipfile.BadZipFile, EOFError):
        raise DeliveryError("the pages are damaged or cut short", "Ask for them again.") from None
    rows: list[Row] = [(*cell, str(count), None) for cell, count in sorted(cells.items())]
    for (resource, reason), number in sorted(left_out.items()):
        rows += [(resource, None, None, None, None, None, None, None, reason)] * number
    return load_rows(con, HEADER, rows)


def _people(path: Path, form: FhirFormat) -> People:
    """Persons first: a record may come before the person it is about."""
    people = People(form)
    for address, record in _entries(path, form, only_people=True):
        if record.get("resourceType") == "Patient":
            people.add(address, record)
    return people


def _counts(path: Path, form: FhirFormat, people: People) -> tuple[Counter[Cell], Counter[tuple[str, str]]]:
    zone = ZoneInfo(form.time_zone) if form.time_zone else None
    counted, seen = set(form.count), set[tuple[str, str]]()
    cells, left_out = Counter[Cell](), Counter[tuple[str, str]]()
    persons: set[tuple[Cell, object]] = set()
    for address, record in _entries(path, form):
        resource = record.get("resourceType")
        if resource not in counted:
            continue
        if reason := _why_not(record, form, seen):
            left_out[resource, reason] += 1
            continue
        number = people.number(address, record) if resource == "Patient" else None
        about = subject(record)
        person = people.at(number) if number is not None else people.find(about)
        found = when(record, form, zone) if resource != "Patient" or "Patient" in form.dated else None
        cell: Cell = (
            resource,
            *code(record, form),
            period(found, form.period) if _is_dated(resource, form) else TOTAL,
            (person.sex if person else UNKNOWN) if "sex" in form.by else TOTAL,
            age_group(person, found, form.oldest) if "age_group" in form.by else TOTAL,
            (person.area if person else UNKNOWN) if "area" in form.by else TOTAL,
        )
        if form.counted == "persons":
            # A person nobody can find is identified by what refers to it; a record that says nothing is one of its own.
            who: object = person.number if person else about or object()
            if (cell, who) in persons:
                continue
            persons.add((cell, who))
        cells[cell] += 1
    return cells, left_out


def _is_dated(resource: str, form: FhirFormat) -> bool:
    """Persons themselves have no date unless the contract counts their deaths."""
    return resource != "Patient" or "Patient" in form.dated


def _why_not(record: dict[str, Any], form: FhirFormat, seen: set[tuple[str, str]]) -> str | None:
    """Why a record is not counted: it says so itself, it is no death where deaths are counted, or it was counted before."""
    if reason := why_not_counted(record):
        return reason
    resource, identifier = record["resourceType"], text(record.get("id"))
    deaths = resource == "Patient" and "Patient" in form.dated
    if deaths and not record.get("deceasedDateTime") and record.get("deceasedBoolean") is not True:
        return "alive"
    if identifier:
        if (resource, identifier) in seen:
            return "repeated"
        seen.add((resource, identifier))
    return None


def _entries(path: Path, form: FhirFormat, *, only_people: bool = False) -> Iterator[Entry]:
    for stream, size in _streams(path):
        if form.written == "ndjson":
            yield from _lines(stream, only_people=only_people)
        elif size > MAX_BUNDLE_BYTES:
            raise DeliveryError("the bundle is too large to be read at once", "Ask for it as NDJSON.", size)
        else:
            yield from _bundle(stream.read())


def _streams(path: Path) -> Iterator[tuple[IO[bytes], int]]:
    """The delivery itself, or the pages a connector kept, which are never compressed."""
    if not zipfile.is_zipfile(path):
        with path.open("rb") as stream:
            yield stream, path.stat().st_size
        return
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            if member.compress_type != zipfile.ZIP_STORED:
                raise DeliveryError("these are no pages a connector kept", "Bring the plain file.")
            with archive.open(member) as stream:
                yield stream, member.file_size


def _lines(stream: IO[bytes], *, only_people: bool) -> Iterator[Entry]:
    number = 0
    while line := stream.readline(MAX_LINE_BYTES + 1):
        number += 1
        if len(line) > MAX_LINE_BYTES:
            raise DeliveryError(
                "a line is too long for one record", "Is it NDJSON? Correct format.written.", f"line {number}"
            )
        # A line that cannot hold a person need not be taken apart to look for one.
        if not line.strip() or (only_people and b'"Patient"' not in line and b"\\u" not in line):
            continue
        with _explained(f"line {number}"):
            record = parsed(line)
        yield "", _record(record, f"line {number}")


def _bundle(content: bytes) -> Iterator[Entry]:
    with _explained("the bundle"):
        bundle = parsed(content)
    if mapping(bundle).get("resourceType") == "OperationOutcome":
        raise DeliveryError("the server complained instead of answering", "Correct what was asked.")
    entries = mapping(bundle).get("entry", [])
    if mapping(bundle).get("resourceType") != "Bundle" or not isinstance(entries, list):
        raise DeliveryError("this is no FHIR bundle", "Correct format.written, or bring a bundle.")
    for number, entry in enumerate(entries, start=1):
        place = f"entry {number}"
        if not isinstance(entry, dict):
            raise DeliveryError("an entry of the bundle is no object", "Ask for it again.", place)
        # An entry that only asks for something to be removed has no record.
        if "resource" in entry:
            yield text(entry.get("fullUrl")), _record(entry["resource"], place)


def _record(record: Any, place: str) -> dict[str, Any]:
    kind = mapping(record).get("resourceType")
    if not isinstance(kind, str):
        raise DeliveryError("this is no FHIR record", "Ask for it again.", place)
    if kind == "Bundle":
        raise DeliveryError(
            "there is a bundle where a record should be", "Correct format.written, or bring the records.", place
        )
    return dict(record)


@contextmanager
def _explained(place: str) -> Iterator[None]:
    """The parser's own words may repeat what it read; the error gives the place alone."""
    try:
        yield
    except (ValueError, RecursionError):
        raise DeliveryError("this is not JSON, or it is cut short", "Ask for it again.", place) from None
