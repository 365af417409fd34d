"""Placeholders of a feed, such as {city_code}: which there are, and the contract with what a city states in their place."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sga_pipeline.contracts.city import CODE_NAME, City
from sga_pipeline.contracts.yaml_reader import Document, Location
from sga_pipeline.errors import Problem

# Keys of a feed in which placeholders are filled in. `melt` has braces of its own.
PARTS = ("source", "format", "where", "wide", "columns", "extent", "rules")
# What a source puts into its address itself.
OF_THE_SOURCE = {"period", "year", "quarter", "month", "indicator"}
# Cities of one country state the same in these.
OF_THE_COUNTRY = {"country_iso3", "country_area"}
OF_THE_PLACE = {*OF_THE_COUNTRY, "city_area"}
# In these a placeholder stands inside a regular expression, and means its own characters there.
_REGULAR = {"matches", "not_matches", "pattern", "extract"}
_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")
# What may become part of an address without changing where it leads.
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]*")


@dataclass
class Filled:
    """What was found while a contract was filled in."""

    # Keys of the contract in which a placeholder stands, and names of placeholders.
    parts: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    # Placeholders the city says nothing for.
    missing: list[str] = field(default_factory=list)


def fill_in(document: Document, city: City, *, is_shared: bool) -> Filled:
    """Put what the city states into the document. In a city's own feed braces around any other name are the source's own."""
    filler = _Filler(document, _stated(city), is_shared)
    if isinstance(document.data, dict):
        for part in PARTS:
            if part in document.data:
                document.data[part] = filler.fill(document.data[part], (part,))
    return filler.filled


def _stated(city: City) -> dict[str, str]:
    countries = [area.area_id for area in city.areas if area.level == "country"]
    stated = {**city.codes, "country_iso3": city.country_iso3, "city_area": city.city_area}
    return {**stated, "country_area": countries[0]} if len(countries) == 1 else stated


@dataclass
class _Filler:
    document: Document
    stated: dict[str, str]
    is_shared: bool
    filled: Filled = field(default_factory=Filled)

    def fill(self, value: Any, place: Location) -> Any:
        """The same value without placeholders."""
        if isinstance(value, str):
            return _PLACEHOLDER.sub(lambda found: self._text_for(found, place), value)
        if isinstance(value, list):
            return [self.fill(one, (*place, at)) for at, one in enumerate(value)]
        if isinstance(value, dict):
            return dict(self._pairs(value, place))
        return value

    def _pairs(self, value: dict[str, Any], place: Location) -> Iterator[tuple[str, Any]]:
        for key, one in value.items():
            filled = str(self.fill(key, (*place, key)))
            if filled != key and filled in value:
                message, step = "a placeholder gives a key that stands here already", "Leave one of the two out."
                self.filled.problems.append(self.document.problem(message, step, filled, *place, key))
            # Lines are looked up by the new key as well.
            for known, line in list(self.document.lines.items()) if filled != key else ():
                if known[: len(place) + 1] == (*place, key):
                    self.document.lines[(*place, filled, *known[len(place) + 1 :])] = line
            yield filled, self.fill(one, (*place, key))

    def _text_for(self, found: re.Match[str], place: Location) -> str:
        name, part = found[1], str(place[0])
        if part == "source" and name in OF_THE_SOURCE:
            return found[0]
        if name not in OF_THE_PLACE and not re.fullmatch(CODE_NAME, name):
            if self.is_shared:
                self.filled.problems.append(self._unknown(name, place))
            return found[0]
        self.filled.parts.add(part)
        self.filled.names.add(name)
        if name not in self.stated:
            if name not in self.filled.missing:
                self.filled.missing.append(name)
            return found[0]
        text = self.stated[name]
        if part == "source" and not _PLAIN.fullmatch(text):
            message = f"what the city states for {found[0]} cannot be part of an address"
            step = "Use a code of letters and figures there, or keep the rows by `where`."
            self.filled.problems.append(self.document.problem(message, step, text, *place))
        return re.escape(text) if place[-1] in _REGULAR else text

    def _unknown(self, name: str, place: Location) -> Problem:
        known = sorted({*self.stated, *OF_THE_PLACE})
        near = difflib.get_close_matches(name, {*known, "city_code"}, n=1)
        meant = f"Was {{{near[0]}}} meant? " if near else ""
        step = f"{meant}There are {', '.join(known)}, and codes that cities state, whose names end in _code or _name."
        return self.document.problem("unknown placeholder", step, f"{{{name}}}", *place)
