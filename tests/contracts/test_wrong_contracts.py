"""Each way a contract can be wrong gives file, line, value and what to do, before any data moves."""

from __future__ import annotations

from pathlib import Path

import pytest

from sga_pipeline.contracts.assessment import read_assessment
from sga_pipeline.errors import ContractError, Problem
from tests.city_folder import INCIDENTS, write_city

SPOILT: list[tuple[str, str, str, str, str | None]] = [
    # what is spoilt, by what, words of the message, words of the line it must name, value
    ("cadence: annual", "cadence: anual", "cadence", "cadence: anual", "anual"),
    ("family: police", "famly: police", "unknown key", "famly: police", "famly"),
    ("family: police", "family: police\nfamily: health", "stands here twice", "family: health", "family"),
    ("shape: crime_events", "shape: crime_event", "unknown shape", "shape: crime_event", "crime_event"),
    ("licence: CC-BY-4.0\n", "", "missing", "id: incidents", "licence"),
    ("{kind: csv}", "{kind: csv, delimiter: ';;'}", "delimiter", "delimiter", ";;"),
    ("{kind: csv}", "{kind: csv, encoding: utf-9}", "unknown encoding", "encoding", "utf-9"),
    ("{kind: csv}", "{kind: doc}", "unknown", "kind: doc", None),
    ("  event_id: {from: id}\n", "", "requires is not mapped", "columns:", "event_id"),
    ("  event_id:", "  evnt_id:", "no such column", "evnt_id", "evnt_id"),
    ("[trim, upper, {lookup", "[trim, uper, {lookup", "unknown step [uper]", "iccs_code", None),
    ("{zero_pad: 2}", "{zero_pad: two}", "width", "area_id", "two"),
    ("{zero_pad: 2}", "{zero_pad: {width: 2, side: left}}", "unknown key", "area_id", "side"),
    ('{date: ["%Y-%m-%d", "%d/%m/%Y"]}', '{date: ["%Y-%m"]}', "lacks %d", "occurred_on", None),
    ('{date: ["%Y-%m-%d", "%d/%m/%Y"]}', "number", "gives no date", "occurred_on", "number"),
    ('[{date: ["%Y-%m-%d", "%d/%m/%Y"]}]', '[{date: ["%Y-%m-%d"]}, trim]', "must come last", "occurred_on", None),
    ("mapping: offences, give", "mapping: offence, give", "unknown mapping", "iccs_code", "offence"),
    ("give: iccs}", "give: icss}", "mapping has no such column", "iccs_code", "icss"),
    ("{file: offences.csv}", "{file: none.csv}", "does not exist", "offences", None),
    ("G: firearm", "G: gun", "not in the list weapon", "weapon", "gun"),
    ("last: 2023-12-31", "last: 2021-12-31", "ends before", "coverage", "2021-12-31"),
    ("address: incidents.csv", "address: ../incidents.csv", "outside the city's data", "source", "../incidents.csv"),
    ("address: incidents.csv", "address: '{period}.csv'", "no periods", "source", "{period}.csv"),
    ("column: occurred_on, max", "column: happened_on, max", "a rule names", "in_range", "happened_on"),
    ("id: incidents", "id: events", "not the file's name", "id: events", "events"),
    ("title: Police incidents", "title: &a Police", "anchors and aliases", "title", None),
    ("title: Police incidents", "title: [Police", "not YAML", "", None),
    (
        "mappings:",
        "wide: {items: {Kobiety: {count: K}}}\nmappings:",
        "small letters, figures and underlines",
        "wide",
        "Kobiety",
    ),
    ("allowed_lag_days: 90", "allowed_lag_days: NO", "allowed_lag_days", "allowed_lag_days", "NO"),
]


@pytest.mark.parametrize(("old", "new", "words", "line_holds", "value"), SPOILT)
def test_a_wrong_feed_names_its_place(
    tmp_path: Path, old: str, new: str, words: str, line_holds: str, value: str | None
) -> None:
    city = write_city(tmp_path, {old: new})
    with pytest.raises(ContractError) as caught:
        read_assessment([city])
    problem = _with_words(caught.value.problems, words)
    assert problem.file == city / "feeds" / "incidents.yaml"
    assert problem.line is not None
    line = (city / "feeds" / "incidents.yaml").read_text().splitlines()[problem.line - 1]
    assert line_holds in line
    assert value is None or problem.value == value
    assert problem.next_step.endswith(".") or "{" in problem.next_step or problem.next_step[-1].isalnum()


def _with_words(problems: list[Problem], words: str) -> Problem:
    found = [problem for problem in problems if words in str(problem)]
    assert found, [str(problem) for problem in problems]
    return found[0]


def test_every_problem_is_reported_at_once(tmp_path: Path) -> None:
    city = write_city(tmp_path, {"G: firearm": "G: gun", "last: 2023-12-31": "last: 2021-12-31"})
    with pytest.raises(ContractError) as caught:
        read_assessment([city])
    assert len(caught.value.problems) == 2


def test_codes_that_look_like_numbers_stay_text(tmp_path: Path) -> None:
    city = write_city(tmp_path, {"G: firearm": "0101: firearm, NO: knife, 22:30: other"})
    step = read_assessment([city]).cities[0].feeds[0].feed.columns["weapon"]
    assert set(step.model_dump()["steps"][0]["values"]) == {"0101", "NO", "22:30", "K"}


def test_a_doubled_code_in_a_mapping_is_refused(tmp_path: Path) -> None:
    city = write_city(tmp_path)
    (city / "feeds" / "offences.csv").write_text("local,iccs\nHOM,0101\nHOM,0102\n")
    with pytest.raises(ContractError, match=r"mapped twice \[HOM\].*offences.csv line 3"):
        read_assessment([city])


def test_a_folder_without_city_has_an_error_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match=r"not a city folder.*sga new"):
        read_assessment([tmp_path])


def test_the_small_city_itself_is_right(tmp_path: Path) -> None:
    """Else every test above could pass for another reason."""
    assert "crime_events" in INCIDENTS
    assert read_assessment([write_city(tmp_path)]).cities[0].feeds[0].id == "incidents"


REPORTED = """\
id: reported
title: Reported values
family: official_statistics
shape: observations
owner: {name: Statistics office, contact: indicators}
licence: CC-BY-4.0
citation: Statistics office, indicators.
source: {connector: file, address: reported.csv}
format: {kind: csv}
cadence: annual
allowed_lag_days: 365
replaces: all
spatial_levels: [city]
columns:
  indicator_id: {from: series, steps: [{recode: {values: {police: gov.polic_rate, poor: socio.poverty_rate}}}]}
  period: {from: year}
  value: {from: value}
"""


@pytest.mark.parametrize(
    ("mapped", "wrong"),
    [
        ("{from: series, steps: [{recode: {values: {police: gov.polic_rate, poor: socio.poverty_rate}}}]}", True),
        ("{constant: gov.polic_rate}", True),
        ("{from: series, steps: [{default: gov.polic_rate}]}", True),
        ("{from: series, steps: [{recode: {values: {police: gov.police_rate}}}]}", False),
        # Only what the last step gives is a name.
        ("{from: series, steps: [{recode: {values: {police: police}}}, {prefix: gov.}, {suffix: _rate}]}", False),
    ],
)
def test_an_indicator_the_catalogue_lacks_is_reported(tmp_path: Path, mapped: str, wrong: bool) -> None:
    city = write_city(tmp_path)
    lines = REPORTED.splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("  indicator_id"))
    lines[at] = f"  indicator_id: {mapped}"
    (city / "feeds" / "reported.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    if not wrong:
        read_assessment([city])
        return
    with pytest.raises(ContractError) as caught:
        read_assessment([city])
    [problem] = caught.value.problems
    assert (problem.message, problem.value, problem.line) == (
        "the code is not in the list indicator",
        "gov.polic_rate",
        at + 1,
    )
    assert problem.next_step.startswith("Use gov.police_rate")


def test_a_feed_that_does_not_say_how_its_deliveries_relate_is_refused(tmp_path: Path) -> None:
    city = write_city(tmp_path)
    file = city / "feeds" / "incidents.yaml"
    file.write_text(INCIDENTS, encoding="utf-8")
    with pytest.raises(ContractError) as caught:
        read_assessment([city])
    [problem] = caught.value.problems
    assert (problem.file, problem.message) == (file, "the contract does not say how its deliveries relate")
    assert INCIDENTS.splitlines()[(problem.line or 0) - 1].startswith("source:")
    for choice in ("replaces: period", "replaces: all", "updates: key"):
        assert choice in problem.next_step
        file.write_text(f"{INCIDENTS}{choice}\n", encoding="utf-8")
        if choice != "replaces: period":
            read_assessment([city])


@pytest.mark.parametrize(
    ("says", "words"),
    [
        ("", "the contract does not say what rows of one key are"),
        ("add_up: false\n", "write true, where rows of one key are parts of one count, or {never:"),
        ("add_up: {never: }\n", "add_up"),
        ("add_up: {never: because, or: not}\n", "or {never:"),
        ("add_up: true\n", None),
        ("add_up: {never: A row a year.}\n", None),
    ],
)
def test_a_feed_of_counts_says_what_rows_of_one_key_are(tmp_path: Path, says: str, words: str | None) -> None:
    city = write_city(tmp_path)
    file = city / "feeds" / "visits.yaml"
    text = REPORTED.replace("id: reported", "id: visits").replace("shape: observations", "shape: health_counts")
    text = (
        text[: text.index("columns:")] + "columns:\n  topic: {constant: hospital_admissions}\n  period: {from: year}\n"
    )
    file.write_text(f"{text}  count: {{from: value}}\n{says}", encoding="utf-8")
    if words is None:
        read_assessment([city])
        return
    with pytest.raises(ContractError) as caught:
        read_assessment([city])
    [problem] = caught.value.problems
    assert words in str(problem) and problem.file == file
    assert not says or file.read_text().splitlines()[(problem.line or 0) - 1].startswith("add_up")
