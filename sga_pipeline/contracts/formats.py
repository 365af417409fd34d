"""The forms a delivery can have, a class each."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sga_pipeline.contracts.base import Code, Contract, Sentence


class CsvFormat(Contract):
    """Delimited text; nothing about it is guessed."""

    kind: Literal["csv"]
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    quote: Annotated[str, Field(max_length=1)] = '"'
    encoding: str = "utf-8"
    compression: Literal["none", "gzip", "bz2"] = "none"
    # Lines before the header, and lines after the last record.
    skip_lines: int = Field(default=0, ge=0, le=1000)
    footer_lines: int = Field(default=0, ge=0, le=1000)
    # Records right after the header that repeat it in words.
    skip_records: int = Field(default=0, ge=0, le=10)
    empty: list[Code] = []


class XlsxFormat(Contract):
    """One sheet of a workbook."""

    kind: Literal["xlsx"]
    sheet: Sentence
    header_row: int = Field(default=1, ge=1)
    footer_rows: int = Field(default=0, ge=0)
    empty: list[Code] = []


class ParquetFormat(Contract):
    """A Parquet file; its values are read as text like everyone's."""

    kind: Literal["parquet"]
    empty: list[Code] = []


class GeoJsonFormat(Contract):
    """A FeatureCollection; properties are columns, and `geometry` is the boundary as WKT."""

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


class SdmxFormat(Contract):
    """An SDMX message (ML, JSON or CSV; which, its content tells): a row an observation, a column a dimension or attribute."""

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
    CsvFormat | XlsxFormat | ParquetFormat | GeoJsonFormat | JsonFormat | SdmxFormat | JsonStatFormat | OpenSdgFormat,
    Field(discriminator="kind"),
]
