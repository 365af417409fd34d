"""The bundle that the hostile ones are made from, and its rows as they are read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from sga_pipeline.conform.open_delivery import open_delivery
from sga_pipeline.contracts.formats import FhirFormat
from sga_pipeline.errors import DeliveryError

# A bundle in which everything that shows who somebody is holds this word.
SECRET = "Zauberberg"
SYSTEM = "http://snomed.info/sct"
KEYS: dict[str, object] = {
    "kind": "fhir",
    "count": ["Condition", "Encounter", "Patient"],
    "systems": [SYSTEM],
    "by": ["sex", "age_group", "area"],
    "area": {"part": "postal_code", "characters": 2},
}


def good() -> dict[str, Any]:
    people = [
        {
            "resourceType": "Patient",
            "id": f"{SECRET}{one}",
            "gender": "female" if one % 2 else "male",
            "birthDate": f"19{50 + one}-03-09",
            "name": [{"family": SECRET, "given": [SECRET]}],
            "telecom": [{"value": SECRET}],
            "address": [{"line": [SECRET], "city": SECRET, "postalCode": f"1{one}999"}],
        }
        for one in range(5)
    ]
    events = [
        {
            "resourceType": kind,
            "id": f"{SECRET}-{kind}-{one}",
            "subject": {"reference": f"Patient/{SECRET}{one % 6}", "display": SECRET},
            "onsetDateTime": f"2023-0{one % 9 + 1}-07",
            "period": {"start": f"2023-0{one % 9 + 1}-07T10:00:00Z"},
            "note": [{"text": SECRET}],
            "code": {"coding": [{"system": SYSTEM, "code": "217082002", "display": SECRET}], "text": SECRET},
            "type": [{"coding": [{"system": SYSTEM, "code": "50849002"}], "text": SECRET}],
            "participant": [{"individual": {"display": SECRET}}],
        }
        for one in range(12)
        for kind in ("Condition", "Encounter")
    ]
    entries = [
        {"fullUrl": f"https://{SECRET}.org/{one['resourceType']}/{one['id']}", "resource": one}
        for one in [*events, *people]
    ]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def rows_of(file: Path, **keys: object) -> list[tuple[Any, ...]]:
    """The rows; and whatever is said on the way repeats no secret."""
    form = FhirFormat.model_validate(KEYS | keys)
    with duckdb.connect() as con:
        try:
            found = open_delivery(con, file, form, file.parent)
        except DeliveryError as error:
            assert SECRET not in str(error) and error.problem.next_step and SECRET not in repr(error.__cause__)
            raise
        rows = con.execute(f"select * from {found.relation}").fetchall()
        assert SECRET not in repr(rows)
        return rows


def total(rows: list[tuple[Any, ...]]) -> int:
    return sum(int(row[7]) if row[7] else 1 for row in rows)
