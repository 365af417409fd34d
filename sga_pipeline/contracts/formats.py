"""The forms a delivery can have: delimited text, workbooks, Parquet, JSON, and files of boundaries."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from sga_pipeline.contracts.base import Code, Contract, Identifier, Pattern, Sentence


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
    """Label rows that stand above the rows they speak for; the label becomes a column, the label row is none."""

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
    # The column that tells which sheet a row comes from.
    sheet_column: Identifier | None = None
    header_row: int = Field(default=1, ge=1)
    # How many rows the header has, and what joins their cells to one name.
    header_rows: int = Field(default=1, ge=1, le=10)
    header_separator: str = " "
    # Which header cells stand for those beside them: merged cells as the file tells them, or each up to the next on its right.
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
    empty: list[Code] = []


class JsonFormat(Contract):
    """A list of objects; or one object of objects, whose names stand in the column `key`."""

    kind: Literal["json"]
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


Format = Annotated[
    CsvFormat
    | WorkbookFormat
    | ParquetFormat
    | GeoJsonFormat
    | JsonFormat
    | KmlFormat
    | ShapefileFormat
    | GeoPackageFormat,
    Field(discriminator="kind"),
]
