"""SDMX-ML: data messages of 2.1 and 3.0, generic and structure-specific, flat, by series or by section, read as they stream by."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sga_pipeline.conform.readers.statistics.sdmx_structures import Structures, StructureWalker
from sga_pipeline.conform.readers.statistics.sdmx_table import SEVERAL, TIME, VALUE, Table
from sga_pipeline.conform.readers.statistics.sdmx_walk import Attributes, qualified, walk
from sga_pipeline.errors import DeliveryError

DATA = {"GenericData", "GenericTimeSeriesData", "StructureSpecificData", "StructureSpecificTimeSeriesData"}
ALL = "AllDimensions"
# What a data set says of itself without naming a column.
_OF_THE_SET = {
    "action",
    "setID",
    "validFromDate",
    "validToDate",
    "reportingBeginDate",
    "reportingEndDate",
    "publicationYear",
    "publicationPeriod",
    "structureRef",
    "dataScope",
}
_WITHOUT_TEXT = DATA | {"DataSet", "Group", "GroupKey", "Series", "SeriesKey", "Obs", "ObsKey", "Attributes"}
_IN_A_SET = {
    "Group",
    "GroupKey",
    "Series",
    "SeriesKey",
    "Obs",
    "ObsKey",
    "ObsDimension",
    "ObsValue",
    "Attributes",
    "Value",
    "Atts",
    "Comp",
    "Text",
}
# What may be in a data set and is no part of the data.
_ASIDE = {"Annotations", "DataProvider"}
Cells = dict[str, str | None]


@dataclass
class _Group:
    """Attributes that hold for every observation with this key."""

    key: Cells = field(default_factory=dict)
    attributes: Cells = field(default_factory=dict)


def read_xml(blocks: Iterable[bytes], table: Table, structures: Structures) -> str:
    """Read one message, data or structure; gives the name of its root."""
    walker = _Message(table, structures)
    walk(blocks, walker)
    walker.finish()
    return walker.root


class _Message:
    """Finds out at the root what a message is, and hands it on; errors and footers end it."""

    def __init__(self, table: Table, structures: Structures) -> None:
        self.table, self.structures, self.root = table, structures, ""
        self.inner: _Data | StructureWalker | None = None
        self.path: list[str] = []
        self.complaint: dict[str, str] | None = None
        self.complaints: list[str] = []

    def start(self, name: str, attributes: Attributes) -> None:
        self.path.append(name)
        if len(self.path) == 1:
            self.root = name
            if name in DATA:
                self.inner = _Data(self.table)
            elif name == "Structure":
                self.inner = StructureWalker(self.structures)
            elif name != "Error":
                raise DeliveryError("this XML is no SDMX data message", "Ask for data, not for metadata.", name[:60])
        elif name in {"ErrorMessage", "Message"} and (self.root == "Error" or "Footer" in self.path):
            self.complaint = {"severity": "Error" if self.root == "Error" else "Information", **attributes}
        elif self.inner is not None and "Footer" not in self.path:
            self.inner.start(name, attributes)

    def end(self, name: str, text: str) -> None:
        in_footer = "Footer" in self.path
        if text and name in _WITHOUT_TEXT:
            self.stray(text)
        self.path.pop()
        if self.complaint is not None:
            if name == "Text" and text and "text" not in self.complaint:
                self.complaint["text"] = text
            elif name in {"ErrorMessage", "Message"}:
                self._judge(self.complaint)
                self.complaint = None
        elif self.inner is not None and self.path and not in_footer:
            self.inner.end(name, text)

    def stray(self, text: str) -> None:
        """A lost sign can turn an observation into text; nothing of a data set is text."""
        if isinstance(self.inner, _Data) and self.path[-1] in _WITHOUT_TEXT:
            raise DeliveryError("there is text among the observations", "Ask for the message again.", text[:60])

    def _judge(self, said: dict[str, str]) -> None:
        complaint = f"{said.get('code', '')} {said.get('text', '')}".strip()[:200]
        if said["severity"].lower() == "error":
            raise DeliveryError(
                "the source answered with an error", "Mend what it complains of, and ask again.", complaint
            )
        self.complaints.append(complaint)

    def finish(self) -> None:
        if self.root == "Error":
            raise DeliveryError("the source answered with an error", "Mend what it asks for, and ask again.", "no text")
        if isinstance(self.inner, _Data) and not self.inner.sets and self.complaints:
            # A footer in place of data is how a service says that it will not, or not yet, give them.
            raise DeliveryError("the source sent a notice and no data", "Do as it says.", self.complaints[0])


class _Data:
    """Reads the data sets of one message. Series and groups hold for the observations in or of them."""

    def __init__(self, table: Table) -> None:
        self.table, self.sets = table, 0
        self.path: list[str] = []
        # Structure of the header -> dimension at the observations.
        self.at_observation: dict[str, str] = {}
        self.structure = self.action = self.observed = ""
        self.of_set: Cells = {}
        self.of_series: Cells = {}
        self.of_observation: Cells = {}
        self.groups: list[_Group] = []
        self.first_row = 0
        self.target: Cells | None = None
        self.component: tuple[str, list[str]] | None = None
        self.parts: list[tuple[str, str]] = []
        self.language = ""
        self.own_dimensions: set[str] = set()

    def start(self, name: str, attributes: Attributes) -> None:
        if "DataSet" in self.path and name not in _IN_A_SET and not _ASIDE & {*self.path, name}:
            # Skipped, a misspelt element would take a code or a value away unseen.
            raise DeliveryError("the data set holds something unknown", "Ask for a plain SDMX message.", name[:60])
        self.path.append(name)
        match name:
            case "Structure" if self.path[0] == "Header" and "structureID" in attributes:
                self.structure = attributes["structureID"]
                self.at_observation[self.structure] = attributes.get("dimensionAtObservation", TIME)
            case "Ref" if self.path[0] == "Header" and "id" in attributes:
                self.table.structure_ids.add(attributes["id"])
            case "DataSet":
                self._open_set(attributes)
            case "Group" | "Atts":
                self.groups.append(_Group(attributes=_plain(attributes)))
            case "Series":
                self.of_series = _plain(attributes)
            case "Obs":
                self.of_observation = _plain(attributes)
                self._explicit_measure(attributes)
            case "GroupKey":
                self.target = self.groups[-1].key if self.groups else None
            case "SeriesKey":
                self.target = self.of_series
            case "ObsKey":
                self.target = self.of_observation
            case "Attributes":
                self.target = self._holder()
            case "Value" if self.component is None:
                self._put(attributes.get("id", ""), attributes.get("value"))
            case "Value":
                self.parts = []
            case "Text":
                self.language = qualified(attributes, "lang") or "en"
            case "ObsDimension":
                self.target = self.of_observation
                self._put(attributes.get("id") or self.observed, attributes.get("value"))
                self.own_dimensions.add(attributes.get("id") or self.observed)
            case "ObsValue":
                self.target = self.of_observation
                self._put(attributes.get("id") or VALUE, attributes.get("value"))
            case "Comp" if "id" in attributes:
                self.component = (attributes["id"], [])

    def end(self, name: str, text: str) -> None:
        self.path.pop()
        match name:
            case "StructureUsage" if text:
                self._named(text)
            case "Structure" if text and self.path[:1] == ["Header"]:
                self._named(text)
            case "Obs":
                self._add()
            case "Series":
                self.of_series = {}
            case "DataSet":
                self._close_set()
            case "Text" if self.component is not None:
                self.parts.append((self.language, text))
            case "Value" if self.component is not None:
                self.component[1].append(_first_language(self.parts) if self.parts else text)
            case "Comp" if self.component is not None:
                column, values = self.component
                self._holder()[column] = SEVERAL.join(values)
                self.component = None

    def _named(self, urn: str) -> None:
        self.table.structure_ids.add(urn.rpartition(":")[2].partition("(")[0])

    def _open_set(self, attributes: Attributes) -> None:
        self.sets += 1
        self.structure = qualified(attributes, "structureRef") or self.structure
        self.action = qualified(attributes, "action") or ""
        self.observed = self.at_observation.get(self.structure, TIME)
        self.of_set = {key: text for key, text in _plain(attributes).items() if key not in _OF_THE_SET}
        self.groups, self.first_row = [], len(self.table.rows)

    def _explicit_measure(self, attributes: Attributes) -> None:
        """Where each measure has a type of its own, the type is the code of the dimension."""
        kind = next((text for key, text in attributes.items() if key.endswith(":type")), None)
        if kind and self.observed not in {TIME, ALL} and self.observed not in attributes:
            self.of_observation[self.observed] = kind.rpartition(":")[2]

    def _holder(self) -> Cells:
        if "Obs" in self.path:
            return self.of_observation
        if "Series" in self.path:
            return self.of_series
        in_group = self.groups and ("Group" in self.path or "Atts" in self.path)
        return self.groups[-1].attributes if in_group else self.of_set

    def _put(self, column: str, text: str | None) -> None:
        if self.target is None or not column:
            return
        if column in self.target and self.target[column] != text:
            raise DeliveryError(
                "the message says two things in one place", "Ask the publisher which holds.", column[:60]
            )
        self.target[column] = text
        if self.path[-2:-1] and self.path[-2] in {"SeriesKey", "ObsKey", "GroupKey"}:
            self.own_dimensions.add(column)

    def _add(self) -> None:
        # What an observation says of itself goes before what its series says, and that before what the set says.
        self.table.add({**self.of_set, **self.of_series, **self.of_observation}, self.action)
        self.of_observation = {}

    def _close_set(self) -> None:
        self.table.dimensions |= self.own_dimensions
        _apply_groups(self.groups, self.table, self.first_row, self.of_set)


def _plain(attributes: Attributes) -> Cells:
    """Columns have no prefix; what has one belongs to the message's own form."""
    return {key: text for key, text in attributes.items() if ":" not in key}


def _first_language(parts: list[tuple[str, str]]) -> str:
    return next((text for language, text in parts if language == "en"), parts[0][1])


def _apply_groups(groups: list[_Group], table: Table, first: int, of_set: Cells) -> None:
    """Give each observation the attributes of the groups its key lies in, where it does not say better."""
    rows = table.rows[first:]
    indexed: dict[tuple[str, ...], dict[tuple[str | None, ...], Cells]] = {}
    shared = (
        {one for one in table.columns if all(table.cell(row, one) is not None for row in rows)} if groups else set()
    )
    for group in groups:
        if not group.key:
            # A structure-specific group does not part key from attributes: its key are the columns all observations have.
            mine = {one: text for one, text in group.attributes.items() if one in shared}
            group.key = mine
            group.attributes = {one: text for one, text in group.attributes.items() if one not in mine}
        names = tuple(sorted(group.key))
        index = indexed.setdefault(names, {})
        index.setdefault(tuple(group.key[one] for one in names), {}).update(group.attributes)
    for row in rows:
        for names, index in indexed.items():
            for column, text in index.get(tuple(table.cell(row, one) for one in names), {}).items():
                place = table.place_of(column)
                row += [None] * (place + 1 - len(row))
                if row[place] is None or row[place] == of_set.get(column):
                    row[place] = text
