"""Pulls of a bulk export in tests: from the fake server into a folder, and what must hold of every refusal."""

from __future__ import annotations

import traceback
import zipfile
from pathlib import Path

import pytest

from sga_pipeline.connectors.connector import Fetched, Known
from sga_pipeline.connectors.health.fhir import FhirConnector
from sga_pipeline.contracts.formats import FhirFormat
from sga_pipeline.contracts.sources.services import FhirSource
from sga_pipeline.errors import PullError
from tests.fake_fhir_server import PRIVATE, FakeFhirServer
from tests.servers import Server

TOKEN = "ey-s3cret0123456789"
FORM = FhirFormat(kind="fhir", written="ndjson", count=["Encounter"])


class Pulling:
    """Pulls of one source into a folder; `naps` are the seconds the last one would have waited."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.naps: list[float] = []

    def __call__(self, fhir_server: FakeFhirServer, server: Server, **keys: object) -> Fetched:
        fhir_server.host = server.address("").rstrip("/")
        given = {
            "address": server.address("r4"),
            "resources": ["Encounter", "Patient"],
            "token_env": "FHIR_TOKEN",
            "retries": 2,
            "total_timeout_s": 60.0,
        }
        source = FhirSource.model_validate({"connector": "fhir"} | given | keys)
        self.naps = []
        into = self.folder / f"pull-{len(list(self.folder.iterdir()))}"
        into.mkdir()
        fetched = FhirConnector(source, FORM, self.naps.append).fetch(None, into, Known())
        assert fetched is not None
        return fetched


def refused(pull: Pulling, fhir_server: FakeFhirServer, server: Server, **keys: object) -> PullError:
    """The error, which repeats neither the token nor anything of a record, and leaves no delivery."""
    with pytest.raises(PullError) as raised:
        pull(fhir_server, server, **keys)
    shown = str(raised.value) + "".join(traceback.format_exception(raised.value)).split("Traceback")[0]
    assert TOKEN not in shown and PRIVATE not in shown and raised.value.problem.next_step
    assert not list(pull.folder.rglob("*.pages"))
    return raised.value


def members(fetched: Fetched) -> dict[str, bytes]:
    with zipfile.ZipFile(fetched.path) as archive:
        return {one.filename: archive.read(one) for one in archive.infolist()}


def removals(server: Server) -> list[str]:
    return [one.split(" ")[1] for one in server.requests if one.startswith("DELETE ")]
