"""What is read from one FHIR record: its code, its date, whether it counts and whom it is about. Anything unexpected is unknown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sga_pipeline.contracts.formats import FHIR_DATES, FhirFormat

UNKNOWN, TOTAL = "_U", "_T"
# Where each version of the standard keeps a date; the first that is there is taken.
_DATES: dict[tuple[str, str], tuple[str, ...]] = {
    ("AllergyIntolerance", "onset"): ("onsetDateTime", "onsetPeriod.start"),
    ("AllergyIntolerance", "recorded"): ("recordedDate", "assertedDate"),
    ("Condition", "onset"): ("onsetDateTime", "onsetPeriod.start"),
    ("Condition", "recorded"): ("recordedDate", "assertedDate"),
    ("DiagnosticReport", "effective"): ("effectiveDateTime", "effectivePeriod.start"),
    ("DiagnosticReport", "issued"): ("issued",),
    ("Encounter", "start"): ("period.start",),
    ("Encounter", "end"): ("period.end",),
    ("Immunization", "given"): ("occurrenceDateTime", "date"),
    ("Immunization", "recorded"): ("recorded",),
    ("MedicationRequest", "authored"): ("authoredOn",),
    ("MedicationStatement", "effective"): ("effectiveDateTime", "effectivePeriod.start"),
    ("MedicationStatement", "asserted"): ("dateAsserted",),
    ("Observation", "effective"): ("effectiveDateTime", "effectivePeriod.start", "effectiveInstant"),
    ("Observation", "issued"): ("issued",),
    ("Patient", "death"): ("deceasedDateTime",),
    ("Procedure", "performed"): ("performedDateTime", "performedPeriod.start"),
}
_CODES = {
    "Immunization": ("vaccineCode",),
    "MedicationRequest": ("medicationCodeableConcept",),
    "MedicationStatement": ("medicationCodeableConcept",),
}
_ENCOUNTER = {"type": ("type",), "class": ("class",), "reason": ("reasonCode", "reason")}
# Statuses that say something was not so, was not done, or has not been done yet.
_NOT_SO = {"entered-in-error", "refuted", "cancelled", "not-done", "not-taken", "planned", "preparation", "draft"}
# A code is letters and digits with at most one sign between, and not letters alone: no name, date, telephone or address.
_CODE = re.compile(r"(?=.*[0-9])[A-Za-z0-9]{1,18}([.\-/][A-Za-z0-9]{1,10})?")
# The classes of encounters are short words in capitals, such as EMER.
_CLASS = re.compile(r"[A-Z]{2,6}|" + _CODE.pattern)
_MOMENT = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2})(T\S{5,40})?)?)?")
FIRST_YEAR, LAST_YEAR = 1850, 2200


@dataclass(frozen=True)
class When:
    """The days a date may mean: one, or all of a month or year."""

    first: date
    last: date


def mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """One object or many: versions differ in which of them is there."""
    if isinstance(value, dict):
        yield value
    elif isinstance(value, list):
        yield from (one for one in value if isinstance(one, dict))


def text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def moment(value: Any, zone: ZoneInfo | None = None) -> When | None:
    """A date as exact as it is written; None where it is none."""
    found = _MOMENT.fullmatch(text(value))
    if not found:
        return None
    year, month, day = (int(part) if part else None for part in found.groups()[:3])
    if year is None or not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        if month is None:
            return When(date(year, 1, 1), date(year, 12, 31))
        if day is None:
            after = date(year + month // 12, month % 12 + 1, 1)
            return When(date(year, month, 1), after - timedelta(days=1))
        there = date(year, month, day)
        if found[4]:
            exact = datetime.fromisoformat(text(value))
            there = exact.astimezone(zone).date() if zone and exact.tzinfo else there
    except (ValueError, OverflowError):
        return None
    return When(there, there)


def when(record: dict[str, Any], form: FhirFormat, zone: ZoneInfo | None) -> When | None:
    resource = record["resourceType"]
    for kind in form.dated.get(resource) or FHIR_DATES[resource][:1]:
        for place in _DATES[resource, kind]:
            outer, _, inner = place.partition(".")
            value = mapping(record.get(outer)).get(inner) if inner else record.get(outer)
            if value is not None:
                if found := moment(value, zone):
                    return found
                break
    return None


def period(found: When | None, length: str) -> str:
    """A record dated to a year has no month."""
    if found is None or found.first.year != found.last.year:
        return UNKNOWN
    if length == "year":
        return f"{found.first.year:04}"
    return f"{found.first:%Y-%m}" if found.first.month == found.last.month else UNKNOWN


def why_not_counted(record: dict[str, Any]) -> str | None:
    """Why a record does not count; None where it does."""
    said = [text(record.get("status")), text(record.get("verificationStatus"))]
    said += [text(one.get("code")) for one in objects(mapping(record.get("verificationStatus")).get("coding"))]
    if record.get("notDone") is True or record.get("notGiven") is True or record.get("doNotPerform") is True:
        said.append("not-done")
    if record.get("resourceType") == "Patient" and record.get("active") is False:
        # Such a record of a person was made by mistake or merged into another.
        said.append("inactive")
        return "inactive"
    return next((one for one in said if one in _NOT_SO), None)


def code(record: dict[str, Any], form: FhirFormat) -> tuple[str, str]:
    """System and code, of the first system accepted that has one, or the group they belong to."""
    resource = record["resourceType"]
    if not form.systems or resource == "Patient":
        return TOTAL, TOTAL
    places = _ENCOUNTER[form.encounter_code] if resource == "Encounter" else _CODES.get(resource, ("code",))
    codings = [coding for place in places for concept in objects(record.get(place)) for coding in _codings(concept)]
    looks = _CLASS if places == _ENCOUNTER["class"] else _CODE
    for system in form.systems:
        for coding in codings:
            value = text(coding.get("code"))
            if text(coding.get("system")) == system and looks.fullmatch(value):
                return system, _grouped(value, form)
    return UNKNOWN, UNKNOWN


def _codings(concept: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The class of an encounter is itself a coding."""
    if "coding" in concept:
        yield from objects(concept["coding"])
    else:
        yield concept


def _grouped(value: str, form: FhirFormat) -> str:
    if form.groups:
        plain = value.replace(".", "")
        names = (
            name
            for name, starts in form.groups.items()
            if plain.startswith(tuple(one.replace(".", "") for one in starts))
        )
        return next(names, UNKNOWN)
    return value.replace(".", "")[: form.code_characters] if form.code_characters else value


def subject(record: dict[str, Any]) -> str:
    """Whom a record is about, as it says itself; empty where it does not."""
    who = mapping(record.get("subject")) or mapping(record.get("patient"))
    return text(who.get("reference"))
