"""Asks the fake portals as a contract does, and reads what was kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from sga_pipeline.connectors.connector import Fetched, Known
from sga_pipeline.connectors.portals.arcgis import ArcgisConnector
from sga_pipeline.connectors.portals.ckan import CkanConnector
from sga_pipeline.connectors.portals.opendatasoft import OpendatasoftConnector
from sga_pipeline.connectors.portals.socrata import SocrataConnector
from sga_pipeline.connectors.statistics.opensdg import OpensdgConnector
from sga_pipeline.connectors.statistics.pxweb import PxwebConnector
from sga_pipeline.contracts.sources import Source
from tests.reading import FORMAT, Rows, table
from tests.servers import Server

SOURCE: TypeAdapter[Any] = TypeAdapter(Source)
CONNECTORS: dict[str, Any] = {
    "ckan": CkanConnector,
    "socrata": SocrataConnector,
    "opendatasoft": OpendatasoftConnector,
    "arcgis": ArcgisConnector,
    "pxweb": PxwebConnector,
    "opensdg": OpensdgConnector,
}
LAYER = "rest/services/Police/FeatureServer/0"
# Path of the address, words of it (or of the data set) a manifest must show, and what else the source says.
SITES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "ckan": ("", "res-1", {"resource": "res-1", "page_rows": 1000}),
    "socrata": ("", "abcd-1234", {"dataset": "abcd-1234", "page_rows": 1000}),
    "opendatasoft": ("", "set-1", {"dataset": "set-1"}),
    "opendatasoft v1": ("", "set-1", {"dataset": "set-1", "api": "v1"}),
    "arcgis": (LAYER, LAYER, {}),
    "arcgis geojson": (LAYER, LAYER, {"answer": "geojson"}),
    "pxweb": (
        "api/v1/en/BE/table1.px",
        "table1.px",
        {"select": {"Region": ["*"], "Sex": ["1", "2"], "Tid": ["*"]}, "max_cells": 1000},
    ),
    "opensdg": ("data/indicator_{indicator}.csv", "data", {"indicators": ["4-1-1", "16-1-1-a"]}),
    "opensdg json": ("en/data/{indicator}.json", "data", {"indicators": ["4-1-1", "16-1-1-a"]}),
}
FORMS: dict[str, dict[str, Any]] = {
    "ckan": {"kind": "json", "records": "result.records", "columns": "result.fields.*.id"},
    "socrata": {"kind": "json"},
    "opendatasoft": {"kind": "json"},
    "opendatasoft v1": {"kind": "json", "records": "records.*.fields"},
    "arcgis": {
        "kind": "json",
        "records": "features.*.attributes",
        "columns": "fields.*.name",
        "geometry": {"kind": "esri"},
    },
    "arcgis geojson": {"kind": "geojson"},
    "pxweb": {"kind": "jsonstat"},
    "opensdg": {"kind": "opensdg"},
    "opensdg json": {"kind": "opensdg", "files": "json"},
}


def fetch(
    server: Server, protocol: str, into: Path, period: str | None = None, naps: list[float] | None = None, **given: Any
) -> Fetched:
    """One pull; `given` exchanges what the source says."""
    path, _, says = SITES[protocol]
    connector = protocol.split()[0]
    address = server.address(given.pop("path", path))
    limits = {"retries": 0, "total_timeout_s": 60.0}
    source = SOURCE.validate_python({"connector": connector, "address": address} | limits | says | given)
    assert source.period_problem() is None
    slept = naps if naps is not None else []
    form = FORMAT.validate_python(FORMS[protocol])
    fetched = CONNECTORS[connector](source, form, sleep=slept.append).fetch(period, into, Known())
    assert fetched is not None
    return fetched  # type: ignore[no-any-return]


def read(path: Path, protocol: str, scratch: Path, **form: Any) -> tuple[list[str], Rows]:
    return table(path, scratch, **(FORMS[protocol] | form))
