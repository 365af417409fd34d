"""SDMX: the observations as SDMX-CSV 2.0, and beside them the structure (SDMX-ML 2.1) that a reader needs to understand them."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as xml

from sga_pipeline.errors import SgaError
from sga_pipeline.publish.export.tables import plain
from sga_pipeline.publish.query import run_query

AGENCY, FLOW, VERSION = "SGA", "OBSERVATIONS", "1.0"
NONE = "_Z"
MES = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1/message"
STR = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1/structure"
COM = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1/common"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
# Dimension or attribute, column of the release, name in words; those with a code list say so.
DIMENSIONS = (
    ("FREQ", "freq", "Frequency"),
    ("REF_AREA", "area_id", "Area"),
    ("INDICATOR", "indicator_id", "Indicator"),
    ("SEX", "sex", "Sex"),
    ("AGE", "age", "Age"),
    ("OTHER_DIM", "other_dim", "Further dimension"),
    ("OTHER_CODE", "other_code", "Code in the further dimension"),
)
ATTRIBUTES = (
    ("UNIT_MEASURE", "unit_code", "Unit", "String"),
    ("OBS_STATUS", "obs_status", "Observation status", "String"),
    ("CONF_STATUS", "conf_status", "Confidentiality status", "String"),
    ("QUALITY_GRADE", "quality_grade", "Quality grade", "String"),
    ("NUMERATOR", "numerator", "Numerator", "Double"),
    ("DENOMINATOR", "denominator", "Denominator", "Double"),
    ("CI_LOW", "ci_low", "Lower limit of the 95% interval", "Double"),
    ("CI_HIGH", "ci_high", "Upper limit of the 95% interval", "Double"),
    ("SOURCE", "sources", "Feeds the value comes from", "String"),
    ("BOUNDARY_VERSION", "boundary_version", "Version of the boundaries", "String"),
    ("COMMENT_OBS", "reason", "Why there is no value, or what it rests on", "String"),
)


def code(text: str | None) -> str:
    """An id as SDMX allows it: letters, figures and a few signs; a point becomes a hyphen."""
    return NONE if text is None else re.sub(r"[^A-Za-z0-9_@$-]", "_", text.replace(".", "-"))


def write_sdmx(release: Path, folder: Path) -> list[Path]:
    """Write observations.csv and structure.xml."""
    names, rows = run_query(
        release, "select o.*, i.unit_code from observations o join indicators i using (indicator_id) order by all"
    )
    at = {name: place for place, name in enumerate(names)}
    data = folder / "observations.csv"
    with data.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        ids = [one[0] for one in DIMENSIONS]
        writer.writerow(
            ["STRUCTURE", "STRUCTURE_ID", "ACTION", *ids, "TIME_PERIOD", "OBS_VALUE", *(one[0] for one in ATTRIBUTES)]
        )
        for row in rows:
            dimensions = [code(row[at[column]]) for _, column, _ in DIMENSIONS]
            attributes = ["" if row[at[column]] is None else plain(row[at[column]]) for _, column, *_ in ATTRIBUTES]
            # SDMX-CSV writes a value that is missing on purpose as NaN; OBS_STATUS and COMMENT_OBS say why.
            value = "NaN" if row[at["value"]] is None else repr(row[at["value"]])
            writer.writerow(
                ["dataflow", f"{AGENCY}:{FLOW}({VERSION})", "I", *dimensions, row[at["period"]], value, *attributes]
            )
    structure = folder / "structure.xml"
    _structure(release).write(structure, encoding="utf-8", xml_declaration=True)
    return [data, structure]


def _code_lists(release: Path) -> dict[str, dict[str, str]]:
    """Every code that occurs, with its name."""
    lists: dict[str, dict[str, str]] = {
        "FREQ": {"A": "Annual", "Q": "Quarterly", "M": "Monthly"},
        "SEX": {"F": "Female", "M": "Male", "_T": "Total", "_U": "Unknown"},
    }
    labels = {
        "REF_AREA": "select area_id, name from areas",
        "INDICATOR": "select indicator_id, short_title from indicators",
        "AGE": "select distinct age, age from observations",
        "OTHER_DIM": "select distinct other_dim, other_dim from observations where other_dim is not null",
        "OTHER_CODE": "select distinct other_code, other_code from observations where other_code is not null",
    }
    for name, sql in labels.items():
        found: dict[str, str] = {NONE: "Not applicable"} if name.startswith("OTHER") else {}
        for key, label in run_query(release, f"{sql} order by all")[1]:
            if code(key) in found and name in {"REF_AREA", "INDICATOR"}:
                raise SgaError("two codes become one in SDMX", "Rename one of them.", key)
            found[code(key)] = str(label or key)
        lists[name] = found
    return lists


def _structure(release: Path) -> xml.ElementTree[Any]:
    for prefix, address in (("mes", MES), ("str", STR), ("com", COM)):
        xml.register_namespace(prefix, address)
    root = xml.Element(f"{{{MES}}}Structure")
    header = xml.SubElement(root, f"{{{MES}}}Header")
    as_of = run_query(release, "select max(data_as_of) from observations")[1][0][0]
    for tag, text in (("ID", release.name), ("Test", "false"), ("Prepared", f"{as_of or '1970-01-01'}T00:00:00Z")):
        xml.SubElement(header, f"{{{MES}}}{tag}").text = text
    xml.SubElement(header, f"{{{MES}}}Sender", id=AGENCY)
    parts = xml.SubElement(root, f"{{{MES}}}Structures")
    flows = xml.SubElement(parts, f"{{{STR}}}Dataflows")
    flow = _maintained(flows, "Dataflow", FLOW, "Observations of a Safety Governance Assessment")
    _reference(xml.SubElement(flow, f"{{{STR}}}Structure"), FLOW, "DataStructure", "datastructure")
    lists = xml.SubElement(parts, f"{{{STR}}}Codelists")
    for name, codes in _code_lists(release).items():
        one = _maintained(lists, "Codelist", f"CL_{name}", name.replace("_", " ").capitalize())
        for key, label in codes.items():
            _named(xml.SubElement(one, f"{{{STR}}}Code", id=key), label)
    concepts = _maintained(xml.SubElement(parts, f"{{{STR}}}Concepts"), "ConceptScheme", "CONCEPTS", "Concepts")
    words = (
        [(one[0], one[2]) for one in DIMENSIONS]
        + [("TIME_PERIOD", "Period"), ("OBS_VALUE", "Value")]
        + [(one[0], one[2]) for one in ATTRIBUTES]
    )
    for key, label in words:
        _named(xml.SubElement(concepts, f"{{{STR}}}Concept", id=key), label)
    definition = _maintained(xml.SubElement(parts, f"{{{STR}}}DataStructures"), "DataStructure", FLOW, "Observations")
    components = xml.SubElement(definition, f"{{{STR}}}DataStructureComponents")
    listed = xml.SubElement(components, f"{{{STR}}}DimensionList", id="DimensionDescriptor")
    for place, (key, _, _) in enumerate(DIMENSIONS, start=1):
        dimension = xml.SubElement(listed, f"{{{STR}}}Dimension", id=key, position=str(place))
        _concept(dimension, key)
        held = xml.SubElement(dimension, f"{{{STR}}}LocalRepresentation")
        _reference(xml.SubElement(held, f"{{{STR}}}Enumeration"), f"CL_{key}", "Codelist", "codelist")
    time = xml.SubElement(listed, f"{{{STR}}}TimeDimension", id="TIME_PERIOD", position=str(len(DIMENSIONS) + 1))
    _concept(time, "TIME_PERIOD")
    xml.SubElement(
        xml.SubElement(time, f"{{{STR}}}LocalRepresentation"),
        f"{{{STR}}}TextFormat",
        textType="ObservationalTimePeriod",
    )
    attributes = xml.SubElement(components, f"{{{STR}}}AttributeList", id="AttributeDescriptor")
    for key, _, _, kind in ATTRIBUTES:
        attribute = xml.SubElement(attributes, f"{{{STR}}}Attribute", id=key, assignmentStatus="Conditional")
        _concept(attribute, key)
        xml.SubElement(
            xml.SubElement(attribute, f"{{{STR}}}LocalRepresentation"), f"{{{STR}}}TextFormat", textType=kind
        )
        related = xml.SubElement(attribute, f"{{{STR}}}AttributeRelationship")
        xml.SubElement(xml.SubElement(related, f"{{{STR}}}PrimaryMeasure"), "Ref", id="OBS_VALUE")
    measure = xml.SubElement(
        xml.SubElement(components, f"{{{STR}}}MeasureList", id="MeasureDescriptor"),
        f"{{{STR}}}PrimaryMeasure",
        id="OBS_VALUE",
    )
    _concept(measure, "OBS_VALUE")
    xml.SubElement(xml.SubElement(measure, f"{{{STR}}}LocalRepresentation"), f"{{{STR}}}TextFormat", textType="Double")
    return xml.ElementTree(root)


def _maintained(parent: xml.Element, tag: str, key: str, name: str) -> xml.Element:
    return _named(
        xml.SubElement(parent, f"{{{STR}}}{tag}", id=key, agencyID=AGENCY, version=VERSION, isFinal="true"), name
    )


def _named(element: xml.Element, name: str) -> xml.Element:
    xml.SubElement(element, f"{{{COM}}}Name", {LANG: "en"}).text = name
    return element


def _reference(parent: xml.Element, key: str, kind: str, package: str) -> None:
    xml.SubElement(
        parent, "Ref", {"id": key, "version": VERSION, "agencyID": AGENCY, "package": package, "class": kind}
    )


def _concept(parent: xml.Element, key: str) -> None:
    identity = xml.SubElement(parent, f"{{{STR}}}ConceptIdentity")
    xml.SubElement(
        identity,
        "Ref",
        {
            "id": key,
            "maintainableParentID": "CONCEPTS",
            "maintainableParentVersion": VERSION,
            "agencyID": AGENCY,
            "package": "conceptscheme",
            "class": "Concept",
        },
    )
