"""Units of a DHIS2 server: their codes and names, and where in the hierarchy they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import shapely
from shapely.geometry import shape as geometry_of

from sga_pipeline.conform.readers.in_memory import Row, json_cell
from sga_pipeline.errors import DeliveryError

_MAX_DEPTH = 20


@dataclass
class _Unit:
    code: str | None = None
    name: str | None = None
    level: str | None = None
    parent: str | None = None
    # From the top down to the unit itself.
    path: tuple[str, ...] = ()
    geometry: Any = None


@dataclass
class Units:
    """Units by their identifier. Who made or changed them stays in the raw file."""

    known: dict[str, _Unit] = field(default_factory=dict)
    # Codes and names of what is above the units that came.
    above: dict[str, tuple[str | None, str | None]] = field(default_factory=dict)
    listed: bool = False

    def __bool__(self) -> bool:
        return self.listed

    def add(self, given: list[Any]) -> None:
        """One page of units."""
        self.listed = True
        for one in given:
            identifier = one.get("id") if isinstance(one, dict) else None
            if not isinstance(identifier, str) or not identifier:
                raise DeliveryError("a unit has no id", "Ask for the units with the field id.", len(self.known) + 1)
            ancestors = _objects(one.get("ancestors"))
            self.above |= {
                above["id"]: (json_cell(above.get("code")), json_cell(above.get("name")))
                for above in ancestors
                if isinstance(above.get("id"), str)
            }
            path = _path(one.get("path"), identifier) or _path(
                "/".join(str(above.get("id")) for above in ancestors), identifier, known=bool(ancestors)
            )
            level = json_cell(one.get("level")) or (str(len(path)) if path else None)
            given_parent = one.get("parent")
            parent = path[-2] if len(path) > 1 else given_parent.get("id") if isinstance(given_parent, dict) else None
            self.known[identifier] = _Unit(
                json_cell(one.get("code")),
                json_cell(one.get("name")),
                level,
                json_cell(parent),
                path,
                one.get("geometry"),
            )

    def add_paths(self, hierarchy: dict[str, str], name: Callable[[str], str | None]) -> None:
        """Where units are by the metadata of figures; only where no units came along."""
        if self.listed:
            return
        for identifier, above in hierarchy.items():
            path = _path(above, identifier, known=True)
            self.known[identifier] = _Unit(
                None, name(identifier), str(len(path)), path[-2] if len(path) > 1 else None, path
            )
            self.above |= {one: (None, name(one)) for one in path[:-1]}

    def places(
        self, identifiers: Sequence[str | None], levels: Sequence[int]
    ) -> tuple[list[str], list[list[str | None]]]:
        """Columns for rows that belong to units."""
        missing = [one for one in identifiers if one not in self.known]
        if self.listed and missing:
            raise DeliveryError(
                "figures refer to a unit that did not come with them", "Pull again.", missing[0] or "a name"
            )
        units = [self.known.get(one or "", _Unit()) for one in identifiers]
        header, columns = [], []
        if self.listed:
            header, columns = ["ou code"], [[one.code for one in units]]
        header += ["ou level", "ou parent", "ou path"]
        columns += [[one.level for one in units], [one.parent for one in units], [_written(one) for one in units]]
        more, places = self._levels(units, levels)
        return header + [f"ou {one}" for one in more], columns + places

    def table(self, levels: Sequence[int]) -> tuple[list[str], list[Row]]:
        """The units themselves, in the order of their identifiers."""
        named = sorted(self.known)
        units = [self.known[one] for one in named]
        more, places = self._levels(units, levels)
        columns: list[list[str | None]] = [
            [*named],
            [one.code for one in units],
            [one.name for one in units],
            [one.level for one in units],
            [one.parent for one in units],
            [_written(one) for one in units],
            [_wkt(one.geometry) for one in units],
            *places,
        ]
        header = ["id", "code", "name", "level", "parent", "path", "geometry", *more]
        return header, [list(row) for row in zip(*columns, strict=True)]

    def _levels(self, units: list[_Unit], levels: Sequence[int]) -> tuple[list[str], list[list[str | None]]]:
        header: list[str] = []
        columns: list[list[str | None]] = []
        for level in levels:
            found = [one.path[level - 1] if len(one.path) >= level else None for one in units]
            header += [f"level {level}", f"level {level} name"]
            columns += [found, [self.name(one) for one in found]]
        return header, columns

    def name(self, identifier: str | None) -> str | None:
        if identifier in self.known:
            return self.known[identifier].name
        return self.above.get(identifier or "", (None, None))[1]


def _objects(given: Any) -> list[dict[str, Any]]:
    return [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []


def _path(given: Any, identifier: str, *, known: bool = False) -> tuple[str, ...]:
    """The way down to a unit, which is at its end whether or not the source writes it there."""
    parts = tuple(one for one in given.split("/") if one) if isinstance(given, str) else ()
    if not parts and not known:
        return ()
    path = parts if parts[-1:] == (identifier,) else (*parts, identifier)
    if len(path) > _MAX_DEPTH or len(set(path)) != len(path):
        raise DeliveryError("the hierarchy of units leads in a circle, or has no end", "Ask for it again.", identifier)
    return path


def _written(unit: _Unit) -> str | None:
    return "/" + "/".join(unit.path) if unit.path else None


def _wkt(geometry: Any) -> str | None:
    try:
        return shapely.to_wkt(geometry_of(geometry), rounding_precision=7, trim=True) if geometry else None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, shapely.errors.ShapelyError) as error:
        raise DeliveryError("the boundary of a unit cannot be read", "Ask for it again.", f"{error}"[:120]) from None
