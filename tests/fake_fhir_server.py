"""A fake FHIR server that exports in bulk, as the standard has it; each of its answers may be another."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.servers import Answer, answer

# In every record the fake server gives, and so it must be in no error.
PRIVATE = "Zauberberg"
NDJSON = "application/fhir+ndjson"
PEOPLE = [
    {
        "resourceType": "Patient",
        "id": f"p{one}",
        "gender": ("female", "male", "other")[one % 3],
        "birthDate": f"{1940 + one}-03-09",
        "text": {"div": PRIVATE},
    }
    for one in range(70)
]
# Of each eleven one was entered in error, and some are about a person the server does not give.
VISITS = [
    {
        "resourceType": "Encounter",
        "id": f"e{one}",
        "status": "entered-in-error" if one % 11 == 0 else "finished",
        "subject": {"reference": f"Patient/p{one % 75}"},
        "period": {"start": f"{2022 + one % 2}-{one % 12 + 1:02}-07T10:00:00Z"},
        "text": {"div": PRIVATE},
    }
    for one in range(400)
]


def of_json(document: object, status: str = "200 OK", **headers: str) -> bytes:
    return answer(json.dumps(document).encode(), status, media_type="application/json", **headers)


def outcome(severity: str = "error", code: str = "not-supported") -> dict[str, Any]:
    issue = {"severity": severity, "code": code, "diagnostics": f"said of {PRIVATE}"}
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def lines(*records: object) -> bytes:
    return "".join(json.dumps(one) + "\n" for one in records).encode()


class FakeFhirServer:
    """Takes a request up, is not done `polls` times, and gives its records in files of a hundred. `instead` holds other answers:
    by `start`, `status`, or the name of a file; each is a list of answers given one after the other, or one given always."""

    def __init__(self, polls: int = 2, **instead: Answer | list[Answer]) -> None:
        self.polls, self.instead = polls, instead
        self.records: dict[str, list[dict[str, Any]]] = {"Encounter": VISITS, "Patient": PEOPLE}
        self.host = ""
        # Of which server the list of files says they are; and what else it says.
        self.files_at: str | None = None
        self.says: dict[str, Any] = {}
        self.shuffled: random.Random | None = None
        self.a_file = 100
        self.exports = 0
        self.asked: dict[str, int] = defaultdict(int)
        self.targets: list[str] = []

    def __call__(self, target: str, body: bytes) -> Answer:
        parts = urlsplit(target)
        self.targets.append(target)
        name = "start" if parts.path.endswith("/$export") else parts.path.rsplit("/", 1)[-1]
        self.asked[name] += 1
        given = self.instead.get(name)
        if given is not None and not (isinstance(given, list) and not given):
            return given.pop(0) if isinstance(given, list) else given
        if name == "start":
            self.exports += 1
            where = f"{self.host}/r4/jobs/{self.exports}/status"
            return answer(status="202 Accepted", media_type=None, Content_Location=where)
        if name == "status":
            if self.asked["status"] <= self.polls:
                return answer(status="202 Accepted", media_type=None, X_Progress="on its way", Retry_After="3")
            return of_json(self.manifest())
        return self.file(name)

    def files(self) -> dict[str, tuple[str, list[dict[str, Any]]]]:
        found = {}
        for kind, all_of in self.records.items():
            for first in range(0, len(all_of), self.a_file):
                found[f"{kind}.{first}.ndjson"] = (kind, all_of[first : first + self.a_file])
        return found

    def file(self, name: str) -> bytes:
        files = self.files()
        if name not in files:
            return answer(b"", "404 Not Found")
        return answer(lines(*files[name][1]), media_type=NDJSON)

    def manifest(self) -> dict[str, Any]:
        at = self.host if self.files_at is None else self.files_at
        output = [
            {"type": kind, "url": f"{at}/r4/jobs/{self.exports}/{name}", "count": len(records)}
            for name, (kind, records) in self.files().items()
        ]
        if self.shuffled:
            self.shuffled.shuffle(output)
        return {
            "transactionTime": f"2024-03-01T10:00:{self.exports:02}Z",
            "request": f"{self.host}/r4/$export",
            "requiresAccessToken": True,
            "output": output,
            "error": [],
        } | self.says


def query(target: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(target).query)


Change = Callable[[FakeFhirServer], None]
