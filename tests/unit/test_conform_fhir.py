"""FHIR records come out as counts and nothing else: compared with the sample bundles walked through in another way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from sga_pipeline.errors import DeliveryError
from tests.unit.fhir_records import RESOURCES, bundle, condition, counts, form, left_out, one_cell, person, table


@pytest.mark.parametrize(
    ("born", "onset", "band", "period"),
    [
        ("1990-04-02", "2023-04-02", "Y30T34", "2023-04"),
        ("1988-04-03", "2023-04-02", "Y30T34", "2023-04"),
        ("1988-04-02", "2023-04-02", "Y35T39", "2023-04"),
        ("2023-04-02", "2023-04-02", "Y0T4", "2023-04"),
        ("1938-04-02", "2023-04-02", "Y_GE85", "2023-04"),
        ("1938-04-03", "2023-04-02", "Y80T84", "2023-04"),
        # Birth after the event, or so long before it that one of the two is wrong.
        ("2023-04-03", "2023-04-02", "_U", "2023-04"),
        ("1890-01-01", "2023-04-02", "_U", "2023-04"),
        # Known to the year: an age where every day of it gives the same band.
        ("1990", "2023-04-02", "Y30T34", "2023-04"),
        ("1988", "2023-04-02", "_U", "2023-04"),
        ("2023", "2023-04-02", "Y0T4", "2023-04"),
        ("1990-06", "2023-04", "Y30T34", "2023-04"),
        ("1990-06-15", "2023", "Y30T34", "_U"),
        ("2000-02-29", "2025-02-28", "Y20T24", "2025-02"),
        ("2000-02-29", "2025-03-01", "Y25T29", "2025-03"),
        # What is no date.
        ("1990-02-30", "2023-04-02", "_U", "2023-04"),
        ("yesterday", "2023-04-02", "_U", "2023-04"),
        (1990, "2023-04-02", "_U", "2023-04"),
        ("1990-06-15", "2023-13-01", "_U", "_U"),
        ("1990-06-15", "0001-01-01", "_U", "_U"),
        ("1990-06-15", ["2023"], "_U", "_U"),
        ("1990-06-15", None, "_U", "_U"),
        ("1990-06-15", "2023-04-02T25:00:00Z", "_U", "_U"),
    ],
)
def test_age_bands_and_months(tmp_path: Path, born: object, onset: object, band: str, period: str) -> None:
    row = one_cell(tmp_path, condition(onsetDateTime=onset), person(birthDate=born))
    assert (row["age_group"], row["period"]) == (band, period)


def test_moments_are_moved_into_the_zone_asked_for(tmp_path: Path) -> None:
    late = condition(onsetDateTime="2023-05-01T02:00:00Z")
    assert one_cell(tmp_path, late, person())["period"] == "2023-05"
    assert one_cell(tmp_path, late, person(), time_zone="America/Bogota")["period"] == "2023-04"
    assert one_cell(tmp_path, late, person(), period="year")["period"] == "2023"


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (condition(verificationStatus="entered-in-error"), "entered-in-error"),
        (condition(verificationStatus={"coding": [{"code": "refuted"}]}), "refuted"),
        ({"resourceType": "Observation", "status": "cancelled"}, "cancelled"),
        ({"resourceType": "Observation", "status": "entered-in-error"}, "entered-in-error"),
        ({"resourceType": "Procedure", "status": "not-done"}, "not-done"),
        ({"resourceType": "Procedure", "notDone": True}, "not-done"),
        ({"resourceType": "Immunization", "notGiven": True}, "not-done"),
        ({"resourceType": "Encounter", "status": "planned"}, "planned"),
        ({"resourceType": "MedicationRequest", "doNotPerform": True}, "not-done"),
        ({"resourceType": "Patient", "active": False}, "inactive"),
    ],
)
def test_what_was_not_so_is_left_out_and_said(tmp_path: Path, record: dict[str, Any], reason: str) -> None:
    file = bundle(tmp_path, *[dict(record, id=f"r{number}") for number in range(3)], condition("other"))
    rows = table(file, form(count=RESOURCES))
    assert [row["count"] for row in rows if not row["left_out"]] == ["1"]
    away = [row for row in rows if row["left_out"]]
    assert len(away) == 3 and {row["left_out"] for row in away} == {reason}
    # No row of it says anything but kind and reason.
    assert all({name for name, cell in row.items() if cell} == {"resource", "left_out"} for row in away)


@pytest.mark.parametrize("verification", ["confirmed", "unconfirmed", "provisional", "differential", {}, [], 7, None])
def test_what_may_be_so_counts(tmp_path: Path, verification: object) -> None:
    assert one_cell(tmp_path, condition(verificationStatus=verification), person())["count"] == "1"


def test_a_record_that_came_before_is_not_counted_again(tmp_path: Path) -> None:
    file = bundle(
        tmp_path, condition("a"), condition("a"), condition("b"), condition(id=...), condition(id=...), person()
    )
    assert counts(file, form(), "resource") == {("Condition",): 4} and left_out(file, form()) == {"repeated": 1}


def test_codes_by_system_by_their_beginning_and_in_groups(tmp_path: Path) -> None:
    both = {"coding": [{"system": "icd", "code": "X93.1"}, {"system": "icpc", "code": "A80"}]}
    assert one_cell(tmp_path, condition(code=both), systems=["icpc", "icd"])["code"] == "A80"
    row = one_cell(tmp_path, condition(code=both), systems=["icd"], code_characters=3)
    assert (row["system"], row["code"]) == ("icd", "X93")
    groups = {"firearms": ["X93", "X94", "X95"], "assault": ["X8", "X9", "Y0"]}
    assert one_cell(tmp_path, condition(code=both), systems=["icd"], groups=groups)["code"] == "firearms"
    assert (
        one_cell(tmp_path, condition(code={"coding": [{"system": "icd", "code": "J10"}]}), groups=groups)["code"]
        == "_U"
    )
    assert one_cell(tmp_path, condition(code=both), systems=[])["code"] == "_T"
    assert one_cell(tmp_path, condition(code=both), systems=["other"])["code"] == "_U"


@pytest.mark.parametrize(
    "code",
    [
        "Liz Conn",
        "Conn",
        "CONN",
        "999-34-1238",
        "1990-06-15",
        "liz@example.org",
        "+1 555 638 6397",
        "555-638-6397",
        "27c911c6-f045-4ffa-af5d-6eba57ac94b2",
        "19 Main Street",
        "x" * 40,
        "",
        7,
        None,
        ["X93"],
        {"code": "X93"},
        "X93\u0000",
        "Ñandú",
    ],
)
def test_what_stands_in_place_of_a_code_is_not_handed_on(tmp_path: Path, code: object) -> None:
    row = one_cell(tmp_path, condition(code={"coding": [{"system": "icd", "code": code}], "text": "Liz Conn"}))
    assert (row["system"], row["code"], row["count"]) == ("_U", "_U", "1")


ADDRESS = {
    "use": "home",
    "line": ["19 Main Street"],
    "city": "Boxford",
    "district": "Essex",
    "state": "MA",
    "postalCode": "01921-1234",
}


@pytest.mark.parametrize(
    ("resource", "members", "dated"),
    [
        ("Condition", {"recordedDate": "2023-07-01"}, ["onset", "recorded"]),
        ("Condition", {"assertedDate": "2023-07-01"}, ["recorded"]),
        ("Condition", {"onsetPeriod": {"start": "2023-07-01"}}, None),
        ("Encounter", {"period": {"start": "2023-07-01"}}, None),
        ("Encounter", {"period": {"start": "2023-06-30", "end": "2023-07-01"}}, ["end"]),
        ("Observation", {"effectivePeriod": {"start": "2023-07"}}, None),
        ("Observation", {"issued": "2023-07-01T00:00:00Z"}, ["issued"]),
        ("Procedure", {"performedDateTime": "2023-07-01"}, None),
        ("MedicationRequest", {"authoredOn": "2023-07-01"}, None),
        ("Immunization", {"date": "2023-07-01"}, None),
        ("Immunization", {"occurrenceDateTime": "2023-07-01"}, None),
        ("DiagnosticReport", {"effectiveDateTime": "2023-07-01"}, None),
        ("MedicationStatement", {"dateAsserted": "2023-07-01"}, ["asserted"]),
        ("AllergyIntolerance", {"onsetDateTime": "2023-07-01"}, None),
    ],
)
def test_each_kind_of_record_is_dated_as_declared(
    tmp_path: Path, resource: str, members: dict[str, object], dated: list[str] | None
) -> None:
    record = {"resourceType": resource, "id": "r"} | members
    row = one_cell(tmp_path, record, count=[resource], dated={resource: dated} if dated else {})
    assert row["period"] == "2023-07"


@pytest.mark.parametrize(("of", "code"), [("type", "185349003"), ("reason", "X93.1"), ("class", "EMER")])
def test_what_the_code_of_an_encounter_is(tmp_path: Path, of: str, code: str) -> None:
    encounter = {
        "resourceType": "Encounter",
        "class": {"system": "icd", "code": "EMER"},
        "type": [{"coding": [{"system": "icd", "code": "185349003"}]}],
        "reasonCode": [{"coding": [{"system": "icd", "code": "X93.1"}]}],
    }
    assert one_cell(tmp_path, encounter, count=["Encounter"], encounter_code=of)["code"] == code


@pytest.mark.parametrize(
    "keys",
    [
        {"count": []},
        {"count": ["Practitioner"]},
        {"dated": {"Condition": ["issued"]}},
        {"time_zone": "Mars/Olympus"},
        {"by": ["name"]},
        {"by": ["area"]},
        {"area": {"part": "city"}},
        {"area": {"part": "line"}, "by": ["area"]},
        {"groups": {"a": ["X"]}},
        {"code_characters": 3},
        {"oldest": 83},
        {"period": "day"},
        {"counted": "names"},
        {"written": "xml"},
        {"encounter_code": "text"},
        {"systems": [""]},
    ],
    ids=str,
)
def test_wrong_keys_are_found_before_anything_moves(keys: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        form(**keys)


def test_an_error_names_no_file(tmp_path: Path) -> None:
    file = tmp_path / "Annetta_Hoppe.json"
    for content in (
        b"",
        b"<html>",
        b"{",
        b"[]",
        b'{"resourceType":"OperationOutcome","issue":[{"diagnostics":"Hoppe"}]}',
    ):
        file.write_bytes(content)
        with pytest.raises(DeliveryError) as raised:
            table(file, form())
        assert "Hoppe" not in str(raised.value)
