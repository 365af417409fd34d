"""Structure messages: which columns a data structure has, and the labels of their codes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sga_pipeline.conform.readers.statistics.sdmx_walk import Attributes, qualified

LISTS = {"Codelist", "ValueList", "GeographicCodelist", "GeoGridCodelist", "ConceptScheme"}
ITEMS = {"Code", "ValueItem", "GeoFeatureSetCode", "GeoGridCode", "Concept"}
DIMENSIONS = {"Dimension", "TimeDimension", "MeasureDimension"}
MEASURES = {"PrimaryMeasure", "Measure"}
COMPONENTS = DIMENSIONS | MEASURES | {"Attribute"}
_URN = re.compile(r"=([^:]+):([^(]+)\(([^)]*)\)(?:\.(.+))?$")
Names = dict[str, str]


@dataclass
class Definition:
    """A data structure: its columns, each with the code list it takes its codes from, if from one."""

    id: str
    columns: dict[str, str | None] = field(default_factory=dict)
    dimensions: set[str] = field(default_factory=set)
    measures: set[str] = field(default_factory=set)


@dataclass
class Structures:
    """What the structure messages of a delivery hold. Lists are known as agency:id(version)."""

    lists: dict[str, dict[str, Names]] = field(default_factory=dict)
    definitions: list[Definition] = field(default_factory=list)
    # Data flow -> data structure.
    flows: dict[str, str] = field(default_factory=dict)
    # Concept -> list its codes come from, where the structure itself does not say.
    concepts: dict[str, str] = field(default_factory=dict)

    def definition_for(self, ids: set[str]) -> Definition | None:
        """The structure a message names by itself or by its data flow; the only one there is; or none."""
        known = ids | {self.flows[one] for one in ids if one in self.flows}
        found = [one for one in self.definitions if one.id in known] or self.definitions
        return found[0] if len(found) == 1 else None

    def labels(self, list_name: str | None, languages: Sequence[str]) -> dict[str, str]:
        """Code -> label in the first language there is one in."""
        if list_name is None:
            return {}
        codes = self.lists.get(list_name)
        if codes is None:
            plain = list_name.partition("(")[0]
            same = [name for name in self.lists if name.partition("(")[0] == plain]
            codes = self.lists[same[0]] if len(same) == 1 else {}
        return {code: label for code, names in codes.items() if (label := chosen(names, languages))}


def chosen(names: Names, languages: Sequence[str]) -> str | None:
    """The name in the first of the languages, en standing for en-GB too; else any, the same one always."""
    for language in languages:
        for tag in sorted(names):
            if tag.lower() == language.lower() or tag.lower().startswith(f"{language.lower()}-"):
                return names[tag]
    return names[min(names)] if names else None


class StructureWalker:
    """Fills Structures from a structure message in XML."""

    def __init__(self, structures: Structures) -> None:
        self.structures, self.path = structures, list[str]()
        self.list: dict[str, Names] | None = None
        self.items: list[Names] = []
        self.codes: list[str] = []
        self.definition: Definition | None = None
        self.component: dict[str, str] | None = None
        self.flow: str | None = None
        self.languages: list[str] = []
        self.scheme = ""

    def start(self, name: str, attributes: Attributes) -> None:
        self.path.append(name)
        self.languages.append(qualified(attributes, "lang") or "en")
        if name in LISTS and "id" in attributes:
            self.scheme = _name(attributes)
            self.list = self.structures.lists.setdefault(self.scheme, {})
        elif name in ITEMS and self.list is not None:
            self.codes.append(attributes.get("id", ""))
            self.items.append({})
        elif name == "DataStructure" and "id" in attributes:
            self.definition = Definition(attributes["id"])
        elif name == "Dataflow" and "id" in attributes:
            self.flow = attributes["id"]
        elif name in COMPONENTS and self.definition is not None and self.component is None:
            self.component = {"kind": name, "id": attributes.get("id", "")}
        elif name in {"Ref", "URN"} and len(self.path) > 1:
            self._reference(self.path[-2], attributes)

    def end(self, name: str, text: str) -> None:
        self.path.pop()
        language = self.languages.pop()
        parent = self.path[-1] if self.path else ""
        if name == "Name" and self.items and parent in ITEMS and text:
            self.items[-1][language] = text
        elif name in {"ConceptIdentity", "Enumeration", "Structure", "URN"} and text:
            self._reference(parent if name == "URN" else name, {"urn": text})
        elif name in ITEMS and self.items and self.list is not None:
            code, names = self.codes.pop(), self.items.pop()
            # A code with two meanings has no label.
            self.list[code] = names if self.list.get(code, names) == names else {}
        elif name in LISTS:
            self.list = None
        elif name == "Dataflow":
            self.flow = None
        elif self.component is not None and name == self.component["kind"]:
            self._keep_component()
        elif name == "DataStructure" and self.definition is not None:
            if self.definition.columns:
                self.structures.definitions.append(self.definition)
            self.definition = None

    def _reference(self, what: str, attributes: Attributes) -> None:
        given = _from_urn(attributes["urn"]) if "urn" in attributes else attributes
        if "id" not in given:
            return
        if what == "Enumeration" and self.component is not None:
            self.component["list"] = _name(given)
        elif what == "Enumeration" and self.codes:
            self.structures.concepts[f"{self.scheme}.{self.codes[-1]}"] = _name(given)
        elif what == "ConceptIdentity" and self.component is not None:
            scheme = {
                "agencyID": given.get("agencyID", ""),
                "id": given.get("maintainableParentID", ""),
                "version": given.get("maintainableParentVersion", "1.0"),
            }
            self.component["concept"] = f"{_name(scheme)}.{given['id']}"
            self.component["id"] = self.component["id"] or given["id"]
        elif what == "Structure" and self.flow is not None:
            self.structures.flows[self.flow] = given["id"]

    def _keep_component(self) -> None:
        assert self.component is not None and self.definition is not None
        known, self.component = self.component, None
        if known["id"]:
            keep_component(self.structures, self.definition, known)


def keep_component(structures: Structures, definition: Definition, known: Mapping[str, str]) -> None:
    # A structure may come before the concepts that say where its codes come from; lists are looked up by name later.
    definition.columns[known["id"]] = known.get("list") or structures.concepts.get(known.get("concept", ""))
    if known["kind"] in DIMENSIONS:
        definition.dimensions.add(known["id"])
    if known["kind"] in MEASURES:
        definition.measures.add(known["id"])


def _name(given: Mapping[str, str]) -> str:
    return f"{given.get('agencyID', '')}:{given['id']}({given.get('version', '1.0')})"


def _from_urn(urn: str) -> Attributes:
    found = _URN.search(urn)
    if not found:
        return {}
    agency, name, version, item = found.groups()
    if item:
        return {"agencyID": agency, "maintainableParentID": name, "maintainableParentVersion": version, "id": item}
    return {"agencyID": agency, "id": name, "version": version}


_KINDS = {"dimensionList": "Dimension", "attributeList": "Attribute", "measureList": "Measure"}


def read_json_structures(data: Mapping[str, Any], structures: Structures) -> None:
    """Fill Structures from the `data` of a structure message in JSON."""
    for name in ("codelists", "valueLists", "geographicCodelists", "conceptSchemes"):
        for one in _dicts(data.get(name)):
            codes = {
                str(item["id"]): json_names(item)
                for member in ("codes", "valueItems", "geoFeatureSetCodes", "concepts")
                for item in _dicts(one.get(member))
                if "id" in item
            }
            structures.lists[f"{one.get('agencyID', '')}:{one.get('id', '')}({one.get('version', '1.0')})"] = codes
    for one in _dicts(data.get("dataflows")):
        if "id" in one and (found := _from_urn(str(one.get("structure", "")))):
            structures.flows[str(one["id"])] = found["id"]
    for one in _dicts(data.get("dataStructures")):
        definition = Definition(str(one.get("id", "")))
        given = one.get("dataStructureComponents")
        parts = given if isinstance(given, dict) else {}
        for group, kind in _KINDS.items():
            members = parts.get(group)
            for member, items in members.items() if isinstance(members, dict) else ():
                for item in _dicts(items if isinstance(items, list) else [items]):
                    if "id" in item and ("conceptIdentity" in item or "localRepresentation" in item):
                        shape = item.get("localRepresentation")
                        urn = shape.get("enumeration") if isinstance(shape, dict) else None
                        known = {"kind": "Measure" if member == "primaryMeasure" else kind, "id": str(item["id"])}
                        if found := _from_urn(str(urn or "")):
                            known["list"] = _name(found)
                        keep_component(structures, definition, known)
        if definition.columns:
            structures.definitions.append(definition)


def json_names(item: Mapping[str, Any]) -> Names:
    """Names in their languages; a plain name is in none that is known."""
    names = item.get("names")
    if isinstance(names, dict) and names:
        return {str(tag): str(text) for tag, text in names.items() if text}
    name = item.get("name")
    return {"und": str(name)} if name else {}


def _dicts(items: Any) -> Iterable[dict[str, Any]]:
    return [one for one in items if isinstance(one, dict)] if isinstance(items, list) else ()
