"""How a bulk export ends that is never done, drips, or cannot be called off."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from sga_pipeline.connectors.connector import Known
from sga_pipeline.connectors.health.fhir import FhirConnector
from sga_pipeline.contracts.sources.services import FhirSource
from sga_pipeline.errors import PullError
from tests.fake_fhir_server import FakeFhirServer, of_json
from tests.fhir_pulls import FORM, Pulling, members, refused, removals
from tests.servers import Answer, answer, redirect, serving

BROKEN = answer(b"", "503 Service Unavailable")


def test_an_export_that_is_never_done_ends_by_the_number_of_questions(pull: Pulling) -> None:
    fhir_server = FakeFhirServer(polls=10**9)
    with serving(responder=fhir_server) as server:
        error = refused(pull, fhir_server, server, max_polls=7)
    assert "not done after 7 questions" in str(error) and "source.max_polls" in str(error) and error.transient
    assert fhir_server.asked["status"] == 8 and len(removals(server)) == 1 and len(pull.naps) == 7


def test_an_export_that_is_never_done_ends_by_the_time(
    pull: Pulling, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sga_pipeline.connectors.health.fhir._SHORTEST_WAIT_S", 0.05)
    never = answer(status="202 Accepted", media_type=None)
    fhir_server = FakeFhirServer(status=never)
    with serving(responder=fhir_server) as server:
        fhir_server.host = server.address("").rstrip("/")
        source = FhirSource.model_validate(
            {
                "connector": "fhir",
                "address": server.address("r4"),
                "resources": ["Patient"],
                "poll_s": 0.1,
                "total_timeout_s": 1.5,
            }
        )
        began = time.monotonic()
        with pytest.raises(PullError, match=r"not done within 1.5 s"):
            FhirConnector(source, FORM).fetch(None, tmp_path, Known())
        assert time.monotonic() - began < 3 and len(removals(server)) == 1


def test_a_file_that_drips_is_cut_off_and_the_export_called_off_all_the_same(pull: Pulling) -> None:
    def drip(connection: Any) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n")
        for _ in range(600):
            connection.sendall(b" ")
            time.sleep(0.05)

    fhir_server = FakeFhirServer(0, **{"Patient.0.ndjson": drip})
    began = time.monotonic()
    with serving(responder=fhir_server) as server:
        error = refused(pull, fhir_server, server, total_timeout_s=2.0, poll_s=0.01, resources=["Patient"])
    assert "took longer than 2 s" in str(error) and time.monotonic() - began < 5
    assert removals(server) == ["/r4/jobs/1/status"]


@pytest.mark.parametrize(
    "farewell", [BROKEN, redirect("/r4/other"), answer(b"x", length=99), lambda line: line.close()]
)
def test_an_export_that_cannot_be_called_off_is_kept(pull: Pulling, farewell: Answer) -> None:
    fhir_server = FakeFhirServer(0)
    with serving(responder=fhir_server) as server:
        fhir_server.host = server.address("").rstrip("/")
        fhir_server.exports = 1
        fhir_server.instead["status"] = [of_json(fhir_server.manifest()), farewell]
        assert len(members(pull(fhir_server, server))) == 5
    assert len(removals(server)) == 1 and "/r4/other" not in fhir_server.targets
