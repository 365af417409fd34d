"""Health records for the tests of how they are counted, and the counts as a test asks for them."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
import pytest

from sga_pipeline.conform.open_delivery import open_delivery
from sga_pipeline.conform.readers.health.fhir import HEADER
from sga_pipeline.contracts.formats import FhirFormat
from tests.runs import data_folder

SAMPLES = data_folder() / "api_samples" / "fhir"


BUNDLES = sorted(SAMPLES.glob("*.json"))


SNOMED, LOINC, CVX = "http://snomed.info/sct", "http://loinc.org", "http://hl7.org/fhir/sid/cvx"


RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"


RESOURCES = ["Condition", "Encounter", "Observation", "Procedure", "MedicationRequest", "Immunization", "Patient"]


needs_samples = pytest.mark.skipif(not BUNDLES, reason="the sample bundles are not here")


Cells = dict[tuple[str, ...], int]


def form(**keys: object) -> FhirFormat:
    return FhirFormat.model_validate({"kind": "fhir", "count": ["Condition"]} | keys)


def table(file: Path, how: FhirFormat) -> list[dict[str, str | None]]:
    with duckdb.connect() as con:
        found = open_delivery(con, file, how, file.parent)
        assert found.header == HEADER
        rows = con.execute(f"select * from {found.relation}").fetchall()
        assert [json.loads(one.text) for one in found.records_of(range(len(rows)), len(rows))] == [
            dict(zip(found.header, row, strict=True)) for row in rows
        ]
        return [dict(zip(found.header, row, strict=True)) for row in rows]


def counts(file: Path, how: FhirFormat, *names: str) -> Cells:
    """Counts by some columns, the others added up."""
    total: Counter[tuple[str, ...]] = Counter()
    for row in table(file, how):
        if row["left_out"] is None:
            total[tuple(str(row[one]) for one in names)] += int(str(row["count"]))
    return dict(total)


def left_out(file: Path, how: FhirFormat) -> dict[str | None, int]:
    return dict(Counter(row["left_out"] for row in table(file, how) if row["left_out"]))


def person(identifier: str = "p1", **more: object) -> dict[str, Any]:
    return {"resourceType": "Patient", "id": identifier, "gender": "female", "birthDate": "1990-06-15"} | more


def condition(identifier: str = "c1", **more: object) -> dict[str, Any]:
    given: dict[str, Any] = {
        "resourceType": "Condition",
        "id": identifier,
        "subject": {"reference": "Patient/p1"},
        "onsetDateTime": "2023-04-02",
        "code": {"coding": [{"system": "icd", "code": "X93.1"}]},
    } | more
    return {key: value for key, value in given.items() if value is not ...}


def bundle(tmp_path: Path, *records: object, addresses: bool = False) -> Path:
    entries: list[dict[str, object]] = []
    for one in records:
        entry: dict[str, object] = one if isinstance(one, dict) and "resource" in one else {"resource": one}
        entries.append(entry)
    file = tmp_path / "bundle.json"
    file.write_text(json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}), encoding="utf-8")
    return file


def one_cell(tmp_path: Path, *records: object, **keys: object) -> dict[str, str | None]:
    rows = [
        row for row in table(bundle(tmp_path, *records), form(**({"systems": ["icd"]} | keys))) if not row["left_out"]
    ]
    assert len(rows) == 1, rows
    return rows[0]
