"""Opens a delivery as a table of text: column names as the source writes them, and SQL that reads the cells."""

from __future__ import annotations

from pathlib import Path

import duckdb

from sga_pipeline.conform.readers.boundaries.geojson import open_geojson
from sga_pipeline.conform.readers.boundaries.geopackage import open_geopackage
from sga_pipeline.conform.readers.boundaries.kml import open_kml
from sga_pipeline.conform.readers.boundaries.shapefile import open_shapefile
from sga_pipeline.conform.readers.health.dhis2 import open_dhis2
from sga_pipeline.conform.readers.health.fhir import open_fhir
from sga_pipeline.conform.readers.opened import Opened
from sga_pipeline.conform.readers.statistics.jsonstat import open_jsonstat
from sga_pipeline.conform.readers.statistics.opensdg import open_opensdg
from sga_pipeline.conform.readers.statistics.sdmx import open_sdmx
from sga_pipeline.conform.readers.tables.delimited import open_csv
from sga_pipeline.conform.readers.tables.json_objects import open_json
from sga_pipeline.conform.readers.tables.parquet import open_parquet
from sga_pipeline.conform.readers.tables.workbook import open_workbook
from sga_pipeline.contracts.formats import (
    CsvFormat,
    Dhis2Format,
    FhirFormat,
    Format,
    GeoJsonFormat,
    GeoPackageFormat,
    JsonFormat,
    JsonStatFormat,
    KmlFormat,
    OpenSdgFormat,
    ParquetFormat,
    SdmxFormat,
    ShapefileFormat,
    WorkbookFormat,
)
from sga_pipeline.errors import DeliveryError

# First bytes of things that arrive in place of data.
_IMPOSTORS: dict[bytes, str] = {b"<!doctype html": "a web page", b"<html": "a web page", b"%pdf-": "a PDF"}


def open_delivery(con: duckdb.DuckDBPyConnection, path: Path, form: Format, scratch: Path) -> Opened:
    """Open one delivery, or raise DeliveryError where it is not what the contract says."""
    # A file of health records may be named after a person; an error then gives no name.
    named = "the delivery" if isinstance(form, FhirFormat) else path.name
    head = path.open("rb").read(512).lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not head:
        raise DeliveryError(
            "the file is empty", "Ask for it again; a delivery without rows still has its header.", named
        )
    for sign, what in _IMPOSTORS.items():
        if head.startswith(sign):
            raise DeliveryError(f"this is {what}, not {form.kind}", "Open the address by hand and correct it.", named)
    match form:
        case CsvFormat():
            return open_csv(con, path, form, scratch)
        case WorkbookFormat():
            return open_workbook(con, path, form, scratch)
        case ParquetFormat():
            return open_parquet(con, path)
        case GeoJsonFormat():
            return open_geojson(con, path, form)
        case JsonFormat():
            return open_json(con, path, form)
        case SdmxFormat():
            return open_sdmx(con, path, form, scratch)
        case JsonStatFormat():
            return open_jsonstat(con, path)
        case OpenSdgFormat():
            return open_opensdg(con, path, form)
        case Dhis2Format():
            return open_dhis2(con, path, form)
        case FhirFormat():
            return open_fhir(con, path, form)
        case KmlFormat():
            return open_kml(con, path)
        case ShapefileFormat():
            return open_shapefile(con, path, form)
        case GeoPackageFormat():
            return open_geopackage(con, path, form)
