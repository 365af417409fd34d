"""Files of a bulk export that are not whole, or that the server could not write: refused, and the export is called off."""

from __future__ import annotations

import gzip
import json
import re

import pytest

from tests.fake_fhir_server import NDJSON, PEOPLE, PRIVATE, VISITS, FakeFhirServer, lines, outcome
from tests.faults.test_fhir_export import BROKEN, PAGE
from tests.fhir_pulls import Pulling, refused, removals
from tests.servers import Answer, answer, redirect, serving


def people(last: bytes) -> bytes:
    return answer(lines(*PEOPLE[:-1]) + last, media_type=NDJSON)


WRONG_FILES: dict[str, tuple[Answer, str]] = {
    "expired": (answer(b"", "410 Gone"), r"no longer has file 5 \(Patient\)"),
    "not there": (answer(b"", "404 Not Found"), r"no longer has file 5 \(Patient\)"),
    "not allowed": (answer(b"", "403 Forbidden"), r"refuses access \(403\) \[.*file 5 \(Patient\)\]"),
    "not yet": (answer(status="202 Accepted", media_type=None), "is not there yet"),
    "broken": (BROKEN, r"answered 503 \[.*file 5 \(Patient\)\]"),
    "cut on the way": (answer(b"{", media_type=NDJSON, length=99), "connection failed"),
    "cut within a record": (people(lines(PEOPLE[-1])[:-9]), "line 70 is no JSON, or is cut short"),
    "cut between two": (people(b""), "has 69 records, and the server announced 70"),
    "a log-in page": (answer(PAGE, media_type="text/html"), "a web page"),
    "a log-in page in disguise": (answer(PAGE, media_type=NDJSON), "a web page"),
    "a log-in page at its end": (people(PAGE), "line 70 is no JSON"),
    "another kind": (people(lines(VISITS[0])), "line 70 is no record of Patient"),
    "a complaint": (people(lines(outcome())), "line 70 is no record of Patient"),
    "no record": (people(b"[]\n"), "line 70 is no record"),
    "a bundle": (
        answer(json.dumps({"resourceType": "Bundle"}).encode(), media_type="application/json"),
        "line 1 is no record of Patient",
    ),
    "wrapped": (
        answer(lines({"resourceType": "Binary", "data": "e30="}), media_type="application/json"),
        "line 1 is no record of Patient",
    ),
    "empty": (answer(b"", media_type=NDJSON), "is empty"),
    "packed unasked": (answer(b"x", media_type=NDJSON, Content_Encoding="br"), "unasked as br"),
    "bomb": (
        answer(gzip.compress(b" " * 3_000_000), media_type=NDJSON, Content_Encoding="gzip"),
        "larger than the 200000 bytes",
    ),
    "sent away": (redirect("https://elsewhere.example.org/file"), "redirects to another place"),
}


@pytest.mark.parametrize("name", WRONG_FILES)
def test_a_file_that_is_not_whole_is_refused(pull: Pulling, name: str) -> None:
    given, says = WRONG_FILES[name]
    fhir_server = FakeFhirServer(0, **{"Patient.0.ndjson": given})
    with serving(responder=fhir_server) as server:
        error = refused(pull, fhir_server, server, max_bytes=200_000)
    assert re.search(says, str(error)), error
    assert removals(server) == ["/r4/jobs/1/status"]


@pytest.mark.parametrize(
    ("problems", "says"),
    [
        (
            lines(outcome("information"), outcome("error", "exception"), outcome("fatal", "exception")),
            r"everything: 2 exception\. Ask|everything: 2 exception",
        ),
        (lines({"resourceType": "OperationOutcome"}), "everything: 1 unknown"),
        (lines(outcome(PRIVATE, PRIVATE)), "everything: 1 unknown"),
        (lines(PEOPLE[0]), "line 1 reports no problem"),
        (b'{"resourceType"', "line 1 is no JSON"),
    ],
)
def test_records_the_server_could_not_export_are_missed(pull: Pulling, problems: bytes, says: str) -> None:
    fhir_server = FakeFhirServer(0, problems=answer(problems, media_type=NDJSON))
    with serving(responder=fhir_server) as server:
        fhir_server.says = {"error": [{"type": "OperationOutcome", "url": server.address("r4/problems")}]}
        error = refused(pull, fhir_server, server)
    assert re.search(says, str(error)), error
    # Nothing of the persons was fetched for an export that is not whole.
    assert not any(one.endswith(".ndjson") for one in fhir_server.targets)
