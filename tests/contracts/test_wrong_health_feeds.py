"""Wrong keys of DHIS2 and FHIR feeds are found by file, line and value before any data moves."""

from __future__ import annotations

from pathlib import Path

import pytest

from sga_pipeline.contracts.assessment import read_assessment
from sga_pipeline.errors import ContractError
from tests.city_folder import write_city

FILE, CSV = "source: {connector: file, address: incidents.csv}", "format: {kind: csv}"
DHIS2 = "connector: dhis2, address: 'https://dhis.example.org', data: [fbfJHSPpUQD], org_units: [ImspTQPwCqd]"
PERIODS = "periods: {freq: M, first: '2023-01'}"
# Source, format, words of the message, words of the line it must name.
SPOILT = [
    (f"{DHIS2}", "kind: dhis2", "no periods are given", "source:"),
    (f"{DHIS2}, {PERIODS}", "kind: csv", "answers in its own format, dhis2 written in json [csv]", "format:"),
    (f"{DHIS2}, {PERIODS}", "kind: dhis2, written: csv", "answers in its own format", "format:"),
    (f"{DHIS2}, {PERIODS}, resource: units", "kind: dhis2", "units have none", "source:"),
    (f"{DHIS2}, {PERIODS}, login: cookie", "kind: dhis2", "login", "source:"),
    (f"{DHIS2}, {PERIODS}, token: abc", "kind: dhis2", "unknown key [token]", "source:"),
    (DHIS2.replace("fbfJHSPpUQD", "'visits to the doctor'") + f", {PERIODS}", "kind: dhis2", "[visits to the doctor]", "source:"),
    ("connector: file, address: a.json", "kind: dhis2, levels: [0]", "equal to 1 [0]", "format:"),
    ("connector: file, address: a.json", "kind: fhir, count: [Practitioner]", "[Practitioner]", "format:"),
    ("connector: file, address: a.json", "kind: fhir, count: [Condition], by: [name]", "[name]", "format:"),
    ("connector: file, address: a.json", "kind: fhir, count: [Condition], dated: {Condition: [issued]}", "has no date [issued]", "format:"),
    ("connector: file, address: a.json", "kind: fhir, count: [Condition], time_zone: Mars/Olympus", "unknown time zone", "format:"),
    ("connector: file, address: a.json", "kind: fhir, count: [Condition], by: [area]", "give both or neither", "format:"),
]  # fmt: skip


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
    "steps", ["[compact_period]", "[{compact_period: month}]", "[{compact_period: {give: first_day}}]"]
)
def test_the_step_for_periods_is_written_in_three_ways(tmp_path: Path, steps: str) -> None:
    read_assessment([write_city(tmp_path, {"local_code: {from: offence, steps: [trim, upper]}": f"local_code: {{from: offence, steps: {steps}}}"})])  # fmt: skip


def test_a_length_no_period_has_is_found(tmp_path: Path) -> None:
    city = write_city(tmp_path, {"[trim, upper]}": "[{compact_period: decade}]}"})
    with pytest.raises(ContractError, match="decade"):
        read_assessment([city])
