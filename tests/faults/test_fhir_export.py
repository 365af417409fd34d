"""A FHIR server asked for a bulk export as real ones answer, and as they misbehave; the token never shows, and nothing half is kept."""

from __future__ import annotations

import gzip
import json
import re

import pytest

from tests.fake_fhir_server import (
    NDJSON,
    PEOPLE,
    PRIVATE,
    VISITS,
    Change,
    FakeFhirServer,
    lines,
    of_json,
    outcome,
    query,
)
from tests.fhir_pulls import TOKEN, Pulling, members, refused, removals
from tests.servers import Answer, answer, chunked, redirect, serving

PAGE = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>Please log in</body></html>"
BUSY = answer(b"", "429 Too Many Requests", Retry_After="2")
BROKEN = answer(b"", "503 Service Unavailable")


@pytest.mark.parametrize(
    ("keys", "path"),
    [
        ({}, "/r4/$export"),
        ({"level": "patient"}, "/r4/Patient/$export"),
        ({"level": "group", "group": "district-7"}, "/r4/Group/district-7/$export"),
    ],
    ids=["system", "patient", "group"],
)
def test_all_files_of_an_export_are_one_delivery(pull: Pulling, keys: dict[str, object], path: str) -> None:
    fhir_server = FakeFhirServer()
    with serving(responder=fhir_server) as server:
        fetched = pull(fhir_server, server, **keys)
    start, *later = server.requests
    assert start.startswith(f"GET {path}?") and fetched.address.endswith(path)
    assert query(fhir_server.targets[0]) == {"_type": ["Encounter,Patient"], "_outputFormat": [NDJSON]}
    assert "Prefer: respond-async" in start and "Accept: application/fhir+json" in start
    assert all("Prefer" not in one for one in later)
    kept = members(fetched)
    assert list(kept) == [f"Encounter-{n:06}.ndjson" for n in range(1, 5)] + ["Patient-000005.ndjson"]
    records = [json.loads(line) for one in kept.values() for line in one.splitlines()]
    assert sorted(one["id"] for one in records) == sorted(one["id"] for one in [*VISITS, *PEOPLE])
    # The first answer says nothing of waiting; then it was twice not done, and asked to wait three seconds.
    assert pull.naps == [5.0, 3.0, 3.0]
    assert removals(server) == ["/r4/jobs/1/status"] and server.requests[-1].startswith("DELETE")
    assert all(f"Authorization: Bearer {TOKEN}" in one for one in server.requests)
    assert TOKEN.encode() not in fetched.path.read_bytes() and TOKEN not in repr(fetched)


def test_a_list_given_at_once_is_taken_and_nothing_is_called_off(pull: Pulling) -> None:
    fhir_server = FakeFhirServer()
    with serving(responder=fhir_server) as server:
        fhir_server.host = server.address("").rstrip("/")
        fhir_server.instead["start"] = of_json(fhir_server.manifest())
        fetched = pull(fhir_server, server)
    assert len(members(fetched)) == 5 and pull.naps == [] and removals(server) == []


def test_waits_grow_where_the_server_does_not_say_and_are_never_none(pull: Pulling) -> None:
    silent, eager = (answer(status="202 Accepted", media_type=None, **more) for more in ({}, {"Retry_After": "0"}))
    fhir_server = FakeFhirServer(polls=0, status=[silent, silent, silent, eager])
    with serving(responder=fhir_server) as server:
        pull(fhir_server, server, poll_s=4)
    assert pull.naps == [4.0, 6.0, 9.0, 13.5, 1.0]


@pytest.mark.parametrize("name", ["start", "status", "Encounter.100.ndjson"])
@pytest.mark.parametrize("trouble", [BUSY, BROKEN, answer(b"", "500 Error"), answer(b"{", NDJSON, length=99)])
def test_a_moment_of_trouble_ends_no_export(pull: Pulling, name: str, trouble: Answer) -> None:
    fhir_server = FakeFhirServer(0, **{name: [trouble, trouble]})
    with serving(responder=fhir_server) as server:
        fetched = pull(fhir_server, server)
    assert len(members(fetched)) == 5 and len(removals(server)) == 1


def test_files_in_chunks_packed_or_with_blank_lines_are_whole(pull: Pulling) -> None:
    people = lines(*PEOPLE)
    for given in (
        chunked(people),
        answer(gzip.compress(people), media_type=NDJSON, Content_Encoding="gzip"),
        answer(people.replace(b"\n", b"\r\n\r\n"), media_type="text/plain"),
    ):
        fhir_server = FakeFhirServer(0, **{"Patient.0.ndjson": given})
        with serving(responder=fhir_server) as server:
            assert len(members(pull(fhir_server, server))) == 5


def test_kinds_nobody_asked_for_stay_where_they_are(pull: Pulling) -> None:
    fhir_server = FakeFhirServer(0)
    fhir_server.records = fhir_server.records | {"Observation": [{"resourceType": "Observation", "id": "o1"}]}
    with serving(responder=fhir_server) as server:
        assert {one.split("-")[0] for one in members(pull(fhir_server, server))} == {"Encounter", "Patient"}
    assert not any("Observation" in one for one in fhir_server.targets)


def test_a_file_announced_as_empty_may_be_and_is_not_kept(pull: Pulling) -> None:
    fhir_server = FakeFhirServer(0)
    with serving(responder=fhir_server) as server:
        first = pull(fhir_server, server)
        fhir_server.says = {
            "output": [
                *fhir_server.manifest()["output"],
                {"type": "Encounter", "url": f"{fhir_server.host}/r4/none", "count": 0},
            ]
        }
        fhir_server.instead["none"] = answer(b"", media_type=NDJSON)
        assert pull(fhir_server, server).path.read_bytes() == first.path.read_bytes()


@pytest.mark.parametrize("severity", ["information", "warning"])
def test_hints_and_warnings_of_the_server_are_its_own_affair(pull: Pulling, severity: str) -> None:
    fhir_server = FakeFhirServer(0, problems=answer(lines(outcome(severity), outcome(severity)), media_type=NDJSON))
    with serving(responder=fhir_server) as server:
        fhir_server.says = {"error": [{"type": "OperationOutcome", "url": f"{server.address('r4/problems')}"}]}
        assert len(members(pull(fhir_server, server))) == 5


def changed(**says: object) -> Change:
    def change(fhir_server: FakeFhirServer) -> None:
        fhir_server.says = {
            key: json.loads(json.dumps(value).replace("HOST", fhir_server.host)) for key, value in says.items()
        }

    return change


def entry(**more: object) -> dict[str, object]:
    return {"type": "Patient", "url": "HOST/r4/Patient.0.ndjson"} | more


COMPLAINT = of_json(outcome(), "400 Bad Request")
WRONG_STARTS: dict[str, tuple[Answer, str]] = {
    "complains": (COMPLAINT, r"answered 400: error not-supported \[http.*/r4/\$export\]\. Correct"),
    "complains in words of its own": (
        of_json(outcome(PRIVATE, PRIVATE), "422 Unprocessable"),
        r"answered 422: error unknown",
    ),
    "not let in": (of_json(outcome(), "401 Unauthorized"), r"refuses access \(401\).*token_env"),
    "not allowed": (of_json(outcome(), "403 Forbidden"), r"refuses access \(403\)"),
    "not there": (of_json(outcome(), "404 Not Found"), "knows no bulk export here.*source.address"),
    "broken for good": (BROKEN, "answered 503"),
    "records at once": (of_json({"resourceType": "Bundle", "entry": []}), "no list of files"),
    "a complaint at once": (of_json(outcome()), "complains instead of exporting: error not-supported"),
    "a log-in page": (answer(PAGE, media_type="text/html"), "a web page"),
    "sent to log in": (redirect("https://login.example.org/"), "redirects to another place, login.example.org"),
    "no promise": (answer(status="202 Accepted", media_type=None), "does not say where.*Content-Location"),
    "nothing": (answer(status="204 No Content", media_type=None), r"sent no content \(204\)"),
}


@pytest.mark.parametrize("name", WRONG_STARTS)
def test_a_request_that_is_not_taken_up_is_reported(pull: Pulling, name: str) -> None:
    given, says = WRONG_STARTS[name]
    fhir_server = FakeFhirServer(0, start=given)
    with serving(responder=fhir_server) as server:
        error = refused(pull, fhir_server, server)
    assert re.search(says, str(error)), error
    assert removals(server) == [] and set(fhir_server.asked) == {"start"}


WRONG_STATUS: dict[str, tuple[Answer, str]] = {
    "failed": (of_json(outcome("fatal", "exception"), "500 Error"), "answered 500"),
    "refused": (of_json(outcome("error", "too-costly"), "400 Bad Request"), "answered 400: error too-costly"),
    "failed with status 200": (
        of_json(outcome("fatal", "exception")),
        "complains instead of exporting: fatal exception",
    ),
    "forgotten": (answer(b"", "404 Not Found"), "forgotten the export.*Pull again"),
    "gone": (answer(b"", "410 Gone"), "forgotten the export"),
    "token ran out": (answer(b"", "401 Unauthorized"), r"refuses access \(401\)"),
    "a log-in page": (answer(PAGE, media_type="text/html"), "a web page"),
    "cut": (answer(b'{"output": [', media_type="application/json"), "no JSON, or was cut short"),
    "cut on the way": (answer(b'{"output": [', media_type="application/json", length=99), "connection failed"),
    "deep": (answer(b'{"a":' + b"[" * 100_000, media_type="application/json"), "no JSON"),
    "a list": (answer(b'[{"output": []}]', media_type="application/json"), "no list of files"),
    "no files listed": (of_json({"transactionTime": "2024-03-01T10:00:00Z"}), "no list of files"),
    "busy for a day": (answer(b"", "429 Too Many", Retry_After="86400"), r"asks to wait 86400 s"),
    "later than there is time": (
        answer(status="202 Accepted", media_type=None, Retry_After="86400"),
        "not done within 60 s.*total_timeout_s",
    ),
}


@pytest.mark.parametrize("name", WRONG_STATUS)
def test_an_export_that_fails_is_reported_and_called_off(pull: Pulling, name: str) -> None:
    given, says = WRONG_STATUS[name]
    fhir_server = FakeFhirServer(0, status=given)
    with serving(responder=fhir_server) as server:
        error = refused(pull, fhir_server, server)
    assert re.search(says, str(error)), error
    assert removals(server) == ["/r4/jobs/1/status"]


WRONG_LISTS: dict[str, tuple[Change, str]] = {
    "goes on": (changed(link=[{"relation": "next", "url": "HOST/r4/more"}]), "goes on elsewhere"),
    "token in words": (changed(requiresAccessToken="yes"), "does not say whether"),
    "no entries": (changed(output={"type": "Patient"}), "no list of files"),
    "an entry of nothing": (changed(output=[None]), "file 1 of the list has no type"),
    "an entry without address": (changed(output=[{"type": "Patient"}]), "no type or address"),
    "a count in words": (changed(output=[entry(count="70")]), "a count that is none"),
    "a count of yes": (changed(output=[entry(count=True)]), "a count that is none"),
    "less than none": (changed(output=[entry(count=-1)]), "a count that is none"),
    "twice": (changed(output=[entry(), entry()]), r"file 2 \(Patient\) is in the list twice"),
    "problems that are none": (changed(error="none"), "is none, or does not end"),
    "nothing at all": (changed(output=[]), "no record of Encounter, Patient.*rights"),
    "a kind less": (changed(output=[entry()]), "no record of Encounter.*rights"),
    "more than is there": (
        changed(output=[entry(count=71)]),
        r"file 1 \(Patient\) has 70 records, and the server announced 71",
    ),
    "less than is there": (changed(output=[entry(count=69)]), "70 records, and the server announced 69"),
    "gone": (changed(output=[entry(url="HOST/r4/gone")]), r"no longer has file 1 \(Patient\)\. |no longer has file 1"),
    "another host": (
        changed(output=[entry(url="https://files.example.net/s3cret-path/1")]),
        r"at another place, https://files.example.net \[.*redirect_hosts",
    ),
    "the cloud's own": (
        changed(output=[entry(url="http://169.254.169.254/latest")]),
        "at another place, http://169.254.169.254",
    ),
    "another port": (changed(output=[entry(url="http://127.0.0.1:9/1")]), "at another place, http://127.0.0.1:9"),
    "another name of this machine": (changed(output=[entry(url="http://2130706433/1")]), "at another place"),
    "a file": (changed(output=[entry(url="file:///etc/passwd")]), "at another place, file://"),
    "a name in front": (changed(output=[entry(url="http://127.0.0.1@files.example.net/1")]), "at another place"),
    "no address": (changed(output=[entry(url="http://[")]), "at another place, nowhere"),
}


@pytest.mark.parametrize("name", WRONG_LISTS)
def test_a_list_of_files_that_cannot_be_right_is_refused(pull: Pulling, name: str) -> None:
    change, says = WRONG_LISTS[name]
    fhir_server = FakeFhirServer(0)
    with serving(responder=fhir_server) as server:
        fhir_server.host = server.address("").rstrip("/")
        change(fhir_server)
        error = refused(pull, fhir_server, server)
    assert re.search(says, str(error)), error
    assert "s3cret-path" not in str(error) and removals(server) == ["/r4/jobs/1/status"]
