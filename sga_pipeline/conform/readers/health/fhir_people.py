"""The persons FHIR records are about: sex, age band and area, and nothing else; found by the references that lead to them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sga_pipeline.conform.readers.health.fhir_values import UNKNOWN, When, mapping, moment, objects, text
from sga_pipeline.contracts.formats import FhirArea, FhirFormat

_SEX = {"male": "M", "female": "F"}
_PARTS = {"postal_code": "postalCode", "city": "city", "district": "district", "state": "state"}
# A postal code has letters and digits, a place letters: whatever else is there is left out.
_LOOKS = {
    "postal_code": re.compile(r"[A-Z0-9](?:[A-Z0-9 -]{0,8}[A-Z0-9])?"),
    "place": re.compile(r"[^\W\d_](?:[^\W\d_]|[ .,'’()-]){0,39}"),
}
_OLDEST_EVER = 130


@dataclass(frozen=True)
class Person:
    """What of a person the counts are broken down by."""

    number: int
    sex: str = UNKNOWN
    born: When | None = None
    area: str = UNKNOWN


class People:
    """Every person of a delivery, once."""

    def __init__(self, form: FhirFormat) -> None:
        self.form = form
        self._found: list[Person] = []
        # Where a person is known by its own address; and by its type and id, where several may share these.
        self._exact: dict[str, int] = {}
        self._loose: dict[str, int | None] = {}
        self._has_addresses = False

    def add(self, address: str, record: dict[str, Any]) -> None:
        """A person described twice in two ways is known only as far as both agree."""
        identifier = text(record.get("id"))
        names = [one for one in (_plain(address), f"Patient/{identifier}" if identifier else "") if one]
        own = names[0] if names else ""
        self._has_addresses = self._has_addresses or own.startswith("http")
        at = self._exact.get(own) if own else None
        person = Person(
            len(self._found),
            _SEX.get(text(record.get("gender")), UNKNOWN),
            moment(record.get("birthDate")),
            _area(record.get("address"), self.form.area) if self.form.area else UNKNOWN,
        )
        if at is not None:
            self._found[at] = _agreed(self._found[at], person)
            return
        self._found.append(person)
        if own:
            self._exact[own] = person.number
        for name in names[1:] or names:
            here = self._loose.get(name, person.number)
            self._loose[name] = person.number if here == person.number else None

    def number(self, address: str, record: dict[str, Any]) -> int | None:
        identifier = text(record.get("id"))
        own = _plain(address) or (f"Patient/{identifier}" if identifier else "")
        return self._exact.get(own)

    def at(self, number: int) -> Person:
        return self._found[number]

    def find(self, reference: str) -> Person | None:
        """The person a reference leads to; None where there is none, or more than one."""
        address = _plain(reference)
        if not address:
            return None
        at = self._exact.get(address)
        if at is None:
            at = self._loose.get(self._by_id(address))
        return None if at is None else self._found[at]

    def _by_id(self, reference: str) -> str:
        """Type and id; persons known by whole web addresses are not confused with those of another server."""
        if reference.startswith("urn:uuid:"):
            return f"Patient/{reference.removeprefix('urn:uuid:')}"
        if reference.startswith("http"):
            return "" if self._has_addresses else "/".join(reference.rsplit("/", 2)[-2:])
        return reference


def age_group(person: Person | None, found: When | None, oldest: int) -> str:
    """The five-year band of the age at an event, where birth and event are known well enough."""
    if person is None or person.born is None or found is None:
        return UNKNOWN
    most = _age(person.born.first, found.last)
    # Nobody meets with anything before being born: a birth known to the year alone reads no other way.
    least = max(_age(person.born.last, found.first), 0)
    if not 0 <= most <= _OLDEST_EVER:
        return UNKNOWN
    bands = {_band(least, oldest), _band(most, oldest)}
    return bands.pop() if len(bands) == 1 else UNKNOWN


def _age(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _band(age: int, oldest: int) -> str:
    return f"Y_GE{oldest}" if age >= oldest else f"Y{age // 5 * 5}T{age // 5 * 5 + 4}"


def _agreed(one: Person, other: Person) -> Person:
    return replace(
        one,
        sex=one.sex if one.sex == other.sex else UNKNOWN,
        born=one.born if one.born == other.born else None,
        area=one.area if one.area == other.area else UNKNOWN,
    )


def _plain(reference: str) -> str:
    """A reference without the version of the record it leads to."""
    return reference.strip().split("/_history/", 1)[0].strip("/")


def _area(addresses: Any, area: FhirArea) -> str:
    """The declared part of the home address; of another one in use where none is marked as home."""
    for address in _preferred(addresses):
        value = " ".join(text(address.get(_PARTS[area.part])).split())
        if area.part == "postal_code":
            value = value.upper()
        if _LOOKS["postal_code" if area.part == "postal_code" else "place"].fullmatch(value):
            return value[: area.characters].strip() if area.characters else value
    return UNKNOWN


def _preferred(addresses: Any) -> Iterator[dict[str, Any]]:
    in_use = [
        one
        for one in objects(addresses)
        if text(one.get("use")) not in {"old", "temp", "billing"} and not mapping(one.get("period")).get("end")
    ]
    yield from sorted(in_use, key=lambda one: text(one.get("use")) != "home")
