"""SDMX-JSON 1.0 and 2.0: codes are written once in the structure, and observations point at them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sga_pipeline.conform.readers.statistics.sdmx_structures import Structures, chosen, json_names, read_json_structures
from sga_pipeline.conform.readers.statistics.sdmx_table import SEVERAL, VALUE, Table
from sga_pipeline.contracts.formats import SdmxFormat
from sga_pipeline.errors import DeliveryError

# A page of JSON is held whole, at several times its size.
MAX_BYTES = 150_000_000
_LEVELS = ("dataSet", "series", "observation")
Cells = dict[str, str | None]


class _Written(str):
    """A number as the message writes it; unlike an int, it is never a place in a list."""


def read_json(page: bytes, table: Table, structures: Structures, form: SdmxFormat) -> bool:
    """Read one message, data or structure; gives whether it was data."""
    if len(page) > MAX_BYTES:
        raise DeliveryError("the JSON is too large to be read at once", "Ask for CSV, or by periods.", len(page))
    try:
        message = json.loads(page, parse_float=_Written, parse_constant=_no_constant, object_pairs_hook=_once_each)
    except (ValueError, RecursionError) as error:
        raise DeliveryError("this is not JSON, or it is damaged", "Ask for it again.", f"{error}"[:120]) from None
    try:
        return _read(message, table, structures, form)
    except (TypeError, AttributeError, KeyError, IndexError, ValueError, RecursionError) as error:
        complaint = f"{type(error).__name__}: {error}"[:120]
        raise DeliveryError("this JSON is no whole SDMX message", "Ask for it again.", complaint) from None


def _no_constant(text: str) -> Any:
    raise ValueError(f"the number {text} is not JSON")


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"the name {next(one for one in names if names.count(one) > 1)[:60]} is used twice")
    return found


def _read(message: Any, table: Table, structures: Structures, form: SdmxFormat) -> bool:
    if not isinstance(message, dict):
        raise DeliveryError("this JSON is no SDMX message", "Ask for it again.", type(message).__name__)
    for error in [*(message.get("errors") or []), *([message["error"]] if message.get("error") else [])]:
        complaint = f"{error.get('code', '')} {error.get('title') or error.get('detail') or error.get('message') or ''}"
        raise DeliveryError("the source answered with an error", "Mend what it asks for.", complaint.strip()[:200])
    data = message.get("data", message)
    if "dataSets" not in data:
        if "codelists" in data or "dataStructures" in data:
            read_json_structures(data, structures)
            return False
        raise DeliveryError("this JSON is no SDMX data message", "Ask for data.", ", ".join(list(data))[:60])
    shapes = data.get("structures") or [data.get("structure") or message["structure"]]
    for data_set in data["dataSets"]:
        number = data_set.get("structure", 0)
        _DataSet(shapes[_index(number, shapes)], table, form).read(data_set)
    return True


def _index(number: Any, among: list[Any]) -> int:
    """A place in a list; never counted from its end."""
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < len(among):
        raise ValueError(f"[{number}] points at none of {len(among)}")
    return int(number)


@dataclass
class _Part:
    """A dimension, attribute or measure of the structure, and the values it can point at."""

    id: str
    # None where the structure lists no values and they are in the observations themselves.
    values: list[Any] | None

    def text(self, given: Any) -> str | None:
        """The code or text given: a place among the values where there are any, else as it is written."""
        if given is None:
            return None
        if isinstance(given, list):
            texts = [self.text(one) for one in given]
            return SEVERAL.join(one for one in texts if one is not None) or None
        if self.values is not None and isinstance(given, int):
            return _code(self.values[_index(given, self.values)])
        return _written(given)


def _code(value: Any) -> str | None:
    if isinstance(value, dict):
        named = next((value[one] for one in ("id", "value", "name") if value.get(one) is not None), None)
        return _written(named if named is not None else value)
    return _written(value)


def _written(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return None if value is None else str(value)
    if isinstance(value, dict):
        return chosen({str(tag): str(text) for tag, text in value.items()}, ["en", "es", "fr"])
    if isinstance(value, list):
        return SEVERAL.join(text for one in value if (text := _code(one)) is not None)
    return json.dumps(value)


class _DataSet:
    """One data set, read by the structure it points at."""

    def __init__(self, shape: Mapping[str, Any], table: Table, form: SdmxFormat) -> None:
        self.said: list[_Part] = []
        self.table, self.notes = table, shape.get("annotations") or []
        parts = {kind: shape.get(kind) or {} for kind in ("dimensions", "attributes", "measures")}
        self.dimensions = {one: _parts(parts["dimensions"].get(one)) for one in _LEVELS}
        self.attributes = {one: _parts(parts["attributes"].get(one)) for one in (*_LEVELS, "dimensionGroup")}
        self.measures = [_Part(one.id, None) for one in _parts(parts["measures"].get("observation"))] or [
            _Part(VALUE, None)
        ]
        every = [one for level in _LEVELS for one in self.dimensions[level]]
        self.every = every
        table.dimensions |= {one.id for one in every}
        table.measures |= {one.id for one in self.measures if one.id != VALUE}
        for one in [*every, *(one for level in self.attributes.values() for one in level)]:
            table.place_of(one.id)
            self._learn_labels(one, form)
        for one in self.measures:
            table.place_of(one.id)

    def _learn_labels(self, part: _Part, form: SdmxFormat) -> None:
        found = {
            str(value["id"]): label
            for value in part.values or []
            if isinstance(value, dict)
            and value.get("id") is not None
            and (label := chosen(json_names(value), form.languages)) is not None
        }
        if found:
            self.table.labels.setdefault(part.id, {}).update(found)

    def read(self, data_set: Mapping[str, Any]) -> None:
        action = data_set.get("action") or ""
        self.said = self._attributes_with_a_place(data_set)
        # A dimension of the data set has one value, and no place in the keys below.
        of_set: Cells = {one.id: one.text(0) for one in self.dimensions["dataSet"]}
        of_set |= _attributes(self.attributes["dataSet"], data_set.get("attributes"))
        groups = [
            (self._key(self.every, key, partial=True), _attributes(self.attributes["dimensionGroup"], given))
            for key, given in (data_set.get("dimensionGroupAttributes") or {}).items()
        ]
        for key, observations, of_series, levels in self._series(data_set):
            dimensions = [one for level in levels for one in self.dimensions[level]]
            for place, given in observations.items():
                own = self._key(dimensions, place)
                cells = {**of_set, **key, **of_series, **own, **self._observation(given)}
                for key, said in groups:
                    if all(cells.get(column) == text for column, text in key.items()):
                        cells |= {column: text for column, text in said.items() if cells.get(column) is None}
                self.table.add(cells, action)

    def _series(self, data_set: Mapping[str, Any]) -> Iterator[tuple[Cells, Mapping[str, Any], Cells, tuple[str, ...]]]:
        """Key, observations and attributes of each series, and at which levels its observations' own keys are."""
        for place, series in (data_set.get("series") or {}).items():
            key = self._key(self.dimensions["series"], place)
            attributes = _attributes(self.attributes["series"], series.get("attributes"))
            yield key, series.get("observations") or {}, attributes, ("observation",)
        # Without series, an observation's key is that of its series, too.
        yield {}, data_set.get("observations") or {}, {}, ("series", "observation")

    def _attributes_with_a_place(self, data_set: Mapping[str, Any]) -> list[_Part]:
        """Some servers give attributes that have no values at all no place in an observation; pointing there shows it."""
        said, many = self.attributes["observation"], len(self.measures)
        hollow = [many + place for place, part in enumerate(said) if part.values == []]
        lists = [one for _, observations, _, _ in self._series(data_set) for one in observations.values()]
        if any(
            isinstance(one[place], int)
            for one in lists
            if isinstance(one, list)
            for place in hollow
            if place < len(one)
        ):
            return [part for part in said if part.values != []]
        return said

    def _key(self, parts: list[_Part], place: str, *, partial: bool = False) -> Cells:
        numbers = place.split(":") if parts or place else []
        if len(numbers) > len(parts) or (len(numbers) < len(parts) and not partial):
            raise ValueError(f"the key [{place[:40]}] does not fit {len(parts)} dimensions")
        found = {}
        for part, number in zip(parts, numbers, strict=False):
            if not number and partial:
                continue
            if not (number.isascii() and number.isdecimal()):
                raise ValueError(f"the key [{place[:40]}] is no list of numbers")
            found[part.id] = _code((part.values or [])[_index(int(number), part.values or [])])
        return found

    def _observation(self, given: Any) -> Cells:
        listed = given if isinstance(given, list) else [given]
        many, said = len(self.measures), self.said
        # After measures and attributes come notes, which are no part of the data.
        for note in listed[many + len(said) :]:
            _index(note, self.notes)
        cells: Cells = {part.id: part.text(one) for part, one in zip(self.measures, listed, strict=False)}
        return cells | _attributes(said, listed[many : many + len(said)])


def _parts(items: Any) -> list[_Part]:
    return [_Part(str(one["id"]), one.get("values")) for one in items or []]


def _attributes(parts: list[_Part], given: Any) -> Cells:
    listed = given or []
    if not isinstance(listed, list) or len(listed) > len(parts):
        raise ValueError("more attributes than the structure names")
    return {part.id: part.text(one) for part, one in zip(parts, listed, strict=False) if one is not None}
