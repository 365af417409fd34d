"""Wrong keys of DHIS2 and FHIR feeds are found by file, line and value before any data moves."""

from __future__ import annotations

from pathlib import Path

import pytest

from sga_pipeline.contracts.assessment import read_assessment
from sga_pipeline.errors import ContractError
from tests.city_folder import write_city

FILE, CSV = "source: {connector: file, address: incidents.csv}", "format: {kind: csv}"
DHIS2 = "connector: dhis2, address: 'https://dhis.example.org', data: [fbfJHSPpUQD], org_units: [ImspTQPwCqd]"
FHIR = "connector: fhir, address: 'https://fhir.example.org/r4', resources: [Encounter, Patient]"
LINES = "kind: fhir, written: ndjson, count: [Encounter]"
PERIODS = "periods: {freq: M, first: '2023-01'}"
# Source, format, words of the message, words of the line it must name.
SPOILT = [
    (f"{DHIS2}", "kind: dhis2", "no periods are given", "source:"),
    (f"{DHIS2}, {PERIODS}", "kind: csv", "answers in its own format, dhis2 written in json [csv]", "format:"),
    (f"{DHIS2}, {PERIODS}", "kind: dhis2, written: csv", "answers in its own format", "format:"),
    (f"{DHIS2}, {PERIODS}, resource: units", "kind: dhis2", "units have none", "source:"),
    (f"{DHIS2}, {PERIODS}, login: cookie", "kind: dhis2", "login", "source:"),
    (f"{DHIS2}, {PERIODS}, token: abc", "kind: dhis2", "unknown key [token]", "source:"),
    (
        DHIS2.replace("fbfJHSPpUQD", "'visits to the doctor'") + f", {PERIODS}",
        "kind: dhis2",
        "[visits to the doctor]",
        "source:",
    ),
    (FHIR, "kind: csv", "comes in its own format, fhir written in ndjson [csv]", "format:"),
    (FHIR, LINES.replace("ndjson", "bundle"), "comes in its own format", "format:"),
    (
        FHIR,
        LINES.replace("Encounter", "Encounter, Condition"),
        "counts Condition, and source.resources does not ask for it",
        "format:",
    ),
    (
        FHIR.replace(", Patient", ""),
        LINES,
        "by sex, age_group, and source.resources does not ask for Patient",
        "format:",
    ),
    (FHIR.replace("[", "[Observation, "), LINES, "asks for Observation, and format.count does not count it", "format:"),
    (FHIR.replace("Patient", "Encounter"), LINES, "the kind [Encounter] is listed twice under resources", "source:"),
    (FHIR.replace("Patient", "Practitioner"), LINES, "[Practitioner]", "source:"),
    (FHIR.replace("[Encounter, Patient]", "[]"), LINES, "resources", "source:"),
    (f"{FHIR}, {PERIODS}", LINES, "cannot be asked for period by period", "source:"),
    (f"{FHIR}, level: group", LINES, "needs the id of a group", "source:"),
    (f"{FHIR}, group: g1", LINES, "level: group", "source:"),
    (f"{FHIR}, level: group, group: ../Patient", LINES, "[../Patient]", "source:"),
    (f"{FHIR}, level: group, group: ..", LINES, "[..]", "source:"),
    (f"{FHIR}, level: everybody", LINES, "[everybody]", "source:"),
    (f"{FHIR}, token: abc", LINES, "unknown key [token]", "source:"),
    (f"{FHIR}, max_polls: 0", LINES, "[0]", "source:"),
    (FHIR.replace("r4", "r4/$export"), LINES, "[https://fhir.example.org/r4/$export] is not the base", "source:"),
    (FHIR.replace("https", "ftp"), LINES, "[ftp://fhir.example.org/r4]", "source:"),
    ("connector: file, address: a.json", "kind: dhis2, levels: [0]", "equal to 1 [0]", "format:"),
    ("connector: file, address: a.json", "kind: fhir, count: [Practitioner]", "[Practitioner]", "format:"),
    ("connector: file, address: a.json", "kind: fhir, count: [Condition], by: [name]", "[name]", "format:"),
    (
        "connector: file, address: a.json",
        "kind: fhir, count: [Condition], dated: {Condition: [issued]}",
        "has no date [issued]",
        "format:",
    ),
    (
        "connector: file, address: a.json",
        "kind: fhir, count: [Condition], time_zone: Mars/Olympus",
        "unknown time zone",
        "format:",
    ),
    (
        "connector: file, address: a.json",
        "kind: fhir, count: [Condition], by: [area]",
        "give both or neither",
        "format:",
    ),
]


@pytest.mark.parametrize(("source", "form", "words", "line_holds"), SPOILT)
def test_a_wrong_health_feed_names_its_place(
    tmp_path: Path, source: str, form: str, words: str, line_holds: str
) -> None:
    city = write_city(tmp_path, {FILE: f"source: {{{source}}}", CSV: f"format: {{{form}}}"})
    with pytest.raises(ContractError) as caught:
        read_assessment([city])
    problem = next((one for one in caught.value.problems if words in str(one)), None)
    assert problem is not None, [str(one) for one in caught.value.problems]
    file = city / "feeds" / "incidents.yaml"
    assert problem.file == file and problem.line is not None and problem.next_step
    assert line_holds in file.read_text(encoding="utf-8").splitlines()[problem.line - 1]


@pytest.mark.parametrize(
    ("more", "form"),
    [
        ("", LINES),
        (", level: patient, token_env: FHIR_TOKEN, poll_s: 30, redirect_hosts: [files.example.org]", LINES),
        (", level: group, group: district-7", LINES.replace("Encounter", "Encounter, Patient")),
        # Nobody need be known where nothing is broken down by who they are.
        ("!", LINES + ", by: []"),
    ],
)
def test_an_export_is_asked_for_in_these_ways(tmp_path: Path, more: str, form: str) -> None:
    source = FHIR.replace(", Patient", "") if more == "!" else FHIR + more
    read_assessment([write_city(tmp_path, {FILE: f"source: {{{source}}}", CSV: f"format: {{{form}}}"})])


@pytest.mark.parametrize(
    "steps", ["[compact_period]", "[{compact_period: month}]", "[{compact_period: {give: first_day}}]"]
)
def test_the_step_for_periods_is_written_in_three_ways(tmp_path: Path, steps: str) -> None:
    read_assessment(
        [
            write_city(
                tmp_path,
                {"local_code: {from: offence, steps: [trim, upper]}": f"local_code: {{from: offence, steps: {steps}}}"},
            )
        ]
    )


def test_a_length_no_period_has_is_found(tmp_path: Path) -> None:
    city = write_city(tmp_path, {"[trim, upper]}": "[{compact_period: decade}]}"})
    with pytest.raises(ContractError, match="decade"):
        read_assessment([city])
