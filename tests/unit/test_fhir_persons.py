"""Whom FHIR records are about: found by reference, counted once, known by no more than the contract declares."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.fhir_records import bundle, condition, counts, form, left_out, one_cell, person
from tests.unit.test_conform_fhir import ADDRESS


@pytest.mark.parametrize(
    ("reference", "address"),
    [
        ("Patient/p1", None),
        ("Patient/p1", "urn:uuid:1b9d"),
        ("urn:uuid:1b9d", "urn:uuid:1b9d"),
        ("urn:uuid:p1", None),
        ("Patient/p1", "https://a.org/fhir/Patient/p1"),
        ("https://a.org/fhir/Patient/p1", "https://a.org/fhir/Patient/p1"),
        ("https://a.org/fhir/Patient/p1/_history/3", "https://a.org/fhir/Patient/p1"),
        ("Patient/p1/_history/2", None),
        ("https://a.org/fhir/Patient/p1", None),
        ("Patient/p1", "/Patient/p1"),
        ("/Patient/p1", "Patient/p1"),
    ],
)
def test_references_lead_to_their_person(tmp_path: Path, reference: str, address: str | None) -> None:
    who: dict[str, object] = {"resource": person()} | ({"fullUrl": address} if address else {})
    row = one_cell(tmp_path, condition(subject={"reference": reference}), who)
    assert (row["sex"], row["age_group"]) == ("F", "Y30T34")


@pytest.mark.parametrize(
    "subject",
    [
        {"reference": "Patient/p2"},
        {"reference": "Group/p1"},
        {"reference": "https://b.org/fhir/Patient/p1"},
        {"reference": "#p1"},
        {"reference": ""},
        {"reference": 7},
        {"display": "Liz"},
        "Patient/p1",
        [],
        None,
        ...,
    ],
)
def test_a_record_without_its_person_is_counted_as_unknown(tmp_path: Path, subject: object) -> None:
    who = {"resource": person(), "fullUrl": "https://a.org/fhir/Patient/p1"}
    row = one_cell(tmp_path, condition(subject=subject), who)
    assert (row["sex"], row["age_group"], row["count"]) == ("_U", "_U", "1")


def test_two_persons_of_one_id_are_nobody_and_one_described_twice_is_what_both_say(tmp_path: Path) -> None:
    two = [{"resource": person(), "fullUrl": f"https://{one}.org/Patient/p1"} for one in "ab"]
    assert one_cell(tmp_path, condition(), *two)["sex"] == "_U"
    row = one_cell(tmp_path, condition(), person(), person(gender="male"))
    assert (row["sex"], row["age_group"]) == ("_U", "Y30T34")
    again = one_cell(tmp_path, condition(), person(), person(birthDate="1991-06-15"))
    assert (again["sex"], again["age_group"]) == ("F", "_U")


def test_persons_are_counted_once_in_a_cell(tmp_path: Path) -> None:
    records = [
        condition("a"),
        condition("b"),
        condition("c", onsetDateTime="2023-05-09"),
        condition("d", subject={"reference": "Patient/gone"}),
        condition("e", subject={"reference": "Patient/gone"}),
        condition("f", subject=...),
        condition("g", subject=...),
        person(),
    ]
    file = bundle(tmp_path, *records)
    assert counts(file, form(counted="persons"), "period", "sex") == {
        ("2023-04", "F"): 1,
        ("2023-05", "F"): 1,
        ("2023-04", "_U"): 3,
    }
    assert counts(file, form(), "period", "sex") == {("2023-04", "F"): 2, ("2023-05", "F"): 1, ("2023-04", "_U"): 4}


@pytest.mark.parametrize(
    ("address", "area", "found"),
    [
        ([ADDRESS], {"part": "postal_code", "characters": 3}, "019"),
        ([ADDRESS], {"part": "city"}, "Boxford"),
        ([ADDRESS], {"part": "district"}, "Essex"),
        ([ADDRESS], {"part": "state", "characters": 1}, "M"),
        (ADDRESS, {"part": "city"}, "Boxford"),
        ([dict(ADDRESS, use="work", city="Elsewhere"), ADDRESS], {"part": "city"}, "Boxford"),
        ([dict(ADDRESS, use="old")], {"part": "city"}, "_U"),
        ([dict(ADDRESS, period={"end": "2020"})], {"part": "city"}, "_U"),
        ([dict(ADDRESS, city="19 Main Street")], {"part": "city"}, "_U"),
        ([dict(ADDRESS, city="liz@example.org")], {"part": "city"}, "_U"),
        ([dict(ADDRESS, postalCode="19 Main Street, Boxford")], {"part": "postal_code"}, "_U"),
        ([{}], {"part": "city"}, "_U"),
        ([], {"part": "city"}, "_U"),
        (None, {"part": "city"}, "_U"),
        ("Boxford", {"part": "city"}, "_U"),
    ],
)
def test_the_declared_part_of_an_address_and_no_more(
    tmp_path: Path, address: object, area: dict[str, object], found: str
) -> None:
    row = one_cell(tmp_path, condition(), person(address=address), by=["area"], area=area)
    assert (row["area"], row["sex"], row["age_group"]) == (found, "_T", "_T")


@pytest.mark.parametrize("gender", ["other", "unknown", "Male", "", None, 1, ["male"]])
def test_sex_is_unknown_unless_it_is_one_of_the_two_codes(tmp_path: Path, gender: object) -> None:
    assert one_cell(tmp_path, condition(), person(gender=gender))["sex"] == "_U"


def test_deaths_of_persons(tmp_path: Path) -> None:
    file = bundle(
        tmp_path,
        person("a", deceasedDateTime="2023-04-09"),
        person("b"),
        person("c", deceasedBoolean=True),
        person("d", deceasedBoolean=False),
    )
    how = form(count=["Patient"], dated={"Patient": ["death"]})
    assert counts(file, how, "period", "age_group") == {("2023-04", "Y30T34"): 1, ("_U", "_U"): 1}
    assert left_out(file, how) == {"alive": 2}
    assert counts(file, form(count=["Patient"]), "period", "sex") == {("_T", "F"): 4}
