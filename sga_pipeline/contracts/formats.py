"""The forms a delivery can have, a class each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from sga_pipeline.contracts.strict_model import Code, Contract, Identifier, Pattern, Sentence
from sga_pipeline.contracts.time_zones import is_time_zone


class CsvFormat(Contract):
    """Delimited text; nothing about it is guessed."""

    kind: Literal["csv"]
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    quote: Annotated[str, Field(max_length=1)] = '"'
    encoding: str = "utf-8"
    compression: Literal["none", "gzip", "bz2", "zip"] = "none"
    # Of a ZIP: the file in it, by its name or a pattern such as `*.csv`; one must match, unless all are to be appended.
    member: Sentence = "*"
    append_members: bool = False
    # Lines before the header, and lines after the last record.
    skip_lines: int = Field(default=0, ge=0, le=1000)
    footer_lines: int = Field(default=0, ge=0, le=1000)
    # Records right after the header that repeat it in words.
    skip_records: int = Field(default=0, ge=0, le=10)
    empty: list[Code] = []


class Outline(Contract):
    """Label rows above the rows they belong to; the label becomes a column, the label row is none."""

    # The column the labels stand in, and what a label looks like, whole.
    column: Sentence
    labels: Pattern
    # The column the label is read into.
    into: Identifier


class WorkbookFormat(Contract):
    """Sheets of a workbook (XLSX, XLS, ODS), read as the text a person sees."""

    kind: Literal["workbook"]
    # A sheet by its name or its number (the first is 1), or several that are read one below the other.
    sheet: Sentence | int | Annotated[list[Sentence | int], Field(min_length=1)]
    # The column that names the sheet a row comes from.
    sheet_column: Identifier | None = None
    header_row: int = Field(default=1, ge=1)
    # How many rows the header has, and what joins their cells to one name.
    header_rows: int = Field(default=1, ge=1, le=10)
    header_separator: str = " "
    # Which header cells stand for their neighbours: merged cells as the file marks them, or each up to the next on its right.
    header_fill: Literal["merged", "right"] = "merged"
    footer_rows: int = Field(default=0, ge=0)
    # Columns whose value stands once and holds for the rows below, the outermost first.
    fill_down: list[Sentence] = []
    # Label rows, the outermost first.
    outline: list[Outline] = []
    empty: list[Code] = []

    @model_validator(mode="after")
    def _sheets_numbered_from_one(self) -> WorkbookFormat:
        if any(isinstance(one, int) and one < 1 for one in self.sheets):
            raise ValueError("the first sheet has number 1")
        return self

    @property
    def sheets(self) -> list[str | int]:
        return list(self.sheet) if isinstance(self.sheet, list) else [self.sheet]


class ParquetFormat(Contract):
    """A Parquet file; its values are read as text like everyone's."""

    kind: Literal["parquet"]
    empty: list[Code] = []


class GeoJsonFormat(Contract):
    """A FeatureCollection; properties are columns, and `geometry` is the boundary as WKT. A `crs` it names is heeded."""

    kind: Literal["geojson"]
    # Columns that count milliseconds since 1970; they are given as moments in UTC.
    milliseconds: list[Sentence] = []
    empty: list[Code] = []


# The way to a part of a JSON document: names joined by points; * is each element of a list.
JsonPath = Annotated[str, Field(pattern=r"^[^.\s]+(\.[^.\s]+){0,9}$")]


class JsonGeometry(Contract):
    """Where a record's geometry stands and in which form; it becomes the column `geometry`, as WKT."""

    kind: Literal["geojson", "esri"]
    # A member of the record, or of the object around it.
    member: Sentence = "geometry"


class JsonFormat(Contract):
    """A list of objects; or one object of objects, whose names stand in the column `key`; or objects further down (`records`)."""

    kind: Literal["json"]
    records: JsonPath | None = None
    # The columns there are even where no record fills them: by name, or where the document lists their names.
    columns: list[Sentence] | JsonPath = []
    # Objects in a record become columns of their own, named a.b.
    flatten: bool = False
    geometry: JsonGeometry | None = None
    # Columns that count milliseconds since 1970; they are given as moments in UTC.
    milliseconds: list[Sentence] = []
    empty: list[Code] = []


class KmlFormat(Contract):
    """Placemarks; their data are columns beside `name` and `description`, and `geometry` is the boundary as WKT."""

    kind: Literal["kml"]
    empty: list[Code] = []


class ShapefileFormat(Contract):
    """A ZIP with one .shp and what belongs to it; fields are columns, and `geometry` is the boundary as WKT."""

    kind: Literal["shapefile"]
    # Which layer, where the ZIP holds several: the name of its .shp or a pattern.
    layer: Sentence = "*"
    # Of the fields' text, where the .cpg does not say it or says it wrongly.
    encoding: str | None = None
    empty: list[Code] = []


class GeoPackageFormat(Contract):
    """A layer of a GeoPackage; fields are columns, and `geometry` is the boundary as WKT."""

    kind: Literal["geopackage"]
    layer: Sentence
    empty: list[Code] = []


class Dhis2Format(Contract):
    """What DHIS2 answers: analytics with their metadata, values of data sets, or units."""

    kind: Literal["dhis2"]
    # Values of data sets are also kept as CSV.
    written: Literal["json", "csv"] = "json"
    # Levels of the hierarchy whose unit stands in columns of its own: `ou level 2` and `ou level 2 name`.
    levels: list[Annotated[int, Field(ge=1, le=20)]] = []
    empty: list[Code] = []


FhirResource = Literal[
    "AllergyIntolerance",
    "Condition",
    "DiagnosticReport",
    "Encounter",
    "Immunization",
    "MedicationRequest",
    "MedicationStatement",
    "Observation",
    "Patient",
    "Procedure",
]
# The dates each kind of record may be counted by; the first is taken where the contract names none.
FHIR_DATES: Mapping[str, tuple[str, ...]] = {
    "AllergyIntolerance": ("onset", "recorded"),
    "Condition": ("onset", "recorded"),
    "DiagnosticReport": ("effective", "issued"),
    "Encounter": ("start", "end"),
    "Immunization": ("given", "recorded"),
    "MedicationRequest": ("authored",),
    "MedicationStatement": ("effective", "asserted"),
    "Observation": ("effective", "issued"),
    "Patient": ("death",),
    "Procedure": ("performed",),
}


class FhirArea(Contract):
    """The part of a person's address that is reported, and how many of its characters."""

    part: Literal["postal_code", "city", "district", "state"]
    characters: Annotated[int, Field(ge=1, le=40)] | None = None


class FhirFormat(Contract):
    """FHIR records (R4, and STU3 where it is the same), of which nothing but counts is ever read out."""

    kind: Literal["fhir"]
    written: Literal["bundle", "ndjson"] = "bundle"
    count: list[FhirResource] = Field(min_length=1)
    # Records, or the different persons they are about.
    counted: Literal["events", "persons"] = "events"
    # Which date a record is counted by; several are tried in turn.
    dated: dict[FhirResource, list[str]] = {}
    period: Literal["month", "year"] = "month"
    # Where given, moments with an offset are moved into this zone before their month is taken.
    time_zone: str | None = None
    # Code systems accepted, the preferred one first. None: codes are not reported.
    systems: list[Sentence] = []
    # What of an encounter is its code.
    encounter_code: Literal["type", "reason", "class"] = "type"
    # Only so many characters of a code are reported, without its dot.
    code_characters: Annotated[int, Field(ge=1, le=20)] | None = None
    # Codes counted together under one name, by their leading characters; a code of no group is unknown.
    groups: dict[Identifier, list[Code]] = {}
    by: list[Literal["sex", "age_group", "area"]] = ["sex", "age_group"]
    # The open age band begins here.
    oldest: Annotated[int, Field(ge=5, le=100, multiple_of=5)] = 85
    area: FhirArea | None = None
    empty: list[Code] = []

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, zone: str | None) -> str | None:
        if zone is not None and not is_time_zone(zone):
            raise ValueError(f"unknown time zone [{zone}]; use a name such as America/Bogota")
        return zone

    @model_validator(mode="after")
    def _keys_go_together(self) -> FhirFormat:
        for resource, dates in self.dated.items():
            for one in dates:
                if one not in FHIR_DATES[resource]:
                    raise ValueError(f"{resource} has no date [{one}]; use {' or '.join(FHIR_DATES[resource])}")
        if ("area" in self.by) != (self.area is not None):
            raise ValueError("area says which part of the address is reported, and by lists area: give both or neither")
        if (self.groups or self.code_characters) and not self.systems:
            raise ValueError("groups and code_characters need systems, from which the codes are taken")
        return self


class SdmxFormat(Contract):
    """An SDMX message (ML, JSON or CSV, recognised by its content): a row an observation, a column a dimension or attribute."""

    kind: Literal["sdmx"]
    # Languages in which labels are taken, the first that is there; else any.
    languages: list[Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]+)*$")]] = ["en", "es", "fr"]
    # Columns a message may leave out; they are there all the same, and empty.
    columns: list[Annotated[str, Field(pattern=r"^[A-Za-z0-9_@$.\-]+( label)?$")]] = []
    # Codes of OBS_STATUS that say there is no value, whatever is written as one.
    missing_when: list[Code] = ["H", "L", "M", "O", "Q"]
    # Codes of CONF_STATUS with which a value may be used; with any other it may not.
    free_when: list[Code] = ["F"]
    empty: list[Code] = []


class JsonStatFormat(Contract):
    """A JSON-stat data set: a row for each cell; columns <dimension>, `<dimension> label`, `value`, `status`."""

    kind: Literal["jsonstat"]
    empty: list[Code] = []


class OpenSdgFormat(Contract):
    """Data files of Open SDG; the number in a file's name stands in the column `indicator`."""

    kind: Literal["opensdg"]
    files: Literal["csv", "json"] = "csv"
    empty: list[Code] = []


Format = Annotated[
    CsvFormat
    | WorkbookFormat
    | ParquetFormat
    | GeoJsonFormat
    | JsonFormat
    | KmlFormat
    | ShapefileFormat
    | GeoPackageFormat
    | Dhis2Format
    | FhirFormat
    | SdmxFormat
    | JsonStatFormat
    | OpenSdgFormat,
    Field(discriminator="kind"),
]
