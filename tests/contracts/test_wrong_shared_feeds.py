"""Each way a shared feed or a city's use of one can be wrong gives file, line, value and what to do, before any data move."""

from __future__ import annotations

from pathlib import Path

import pytest

from sga_pipeline.contracts.assessment import read_assessment
from sga_pipeline.errors import ContractError, Problem
from tests.city_folder import complete
from tests.runs import sga
from tests.shared_cities import ALBA, BIRKA, RECORDS, RESIDENTS, write_shared, write_user

SERVER = "http://127.0.0.1:9/"
RECORDS_ID, RESIDENTS_ID = "national_records", "national_residents"


def wrong(*cities: Path) -> Problem:
    """The one thing that is wrong."""
    with pytest.raises(ContractError) as caught:
        read_assessment(list(cities))
    assert len(caught.value.problems) == 1, caught.value
    return caught.value.problems[0]


def line_of(problem: Problem) -> str:
    assert problem.file is not None and problem.line is not None, problem
    return problem.file.read_text(encoding="utf-8").splitlines()[problem.line - 1]


def with_records(folder: Path, old: str, new: str) -> Path:
    assert old in RECORDS
    write_shared(folder, SERVER, {RECORDS_ID: RECORDS.replace(old, new), RESIDENTS_ID: RESIDENTS})
    return write_user(folder, ALBA)


@pytest.mark.parametrize(
    ("old", "new", "value", "words"),
    [
        ('["{city_code}"]', '["{citycode}"]', "{citycode}", "Was {city_code} meant?"),
        ('["{city_code}"]', '["{period}"]', "{period}", "unknown placeholder"),
        ("{from: offence}", '{constant: "{town}"}', "{town}", "whose names end in _code or _name"),
        ("records.csv", "{town}.csv", "{town}", "unknown placeholder"),
    ],
)
def test_an_unknown_placeholder(tmp_path: Path, old: str, new: str, value: str, words: str) -> None:
    write_shared(tmp_path, SERVER)
    file = tmp_path / "shared" / "feeds" / f"{RECORDS_ID}.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    problem = wrong(write_user(tmp_path, ALBA))
    assert problem.file == file and problem.value == value and value in line_of(problem) and words in str(problem)


def test_a_city_that_states_no_code(tmp_path: Path) -> None:
    write_shared(tmp_path, SERVER)
    problem = wrong(write_user(tmp_path, ALBA, rest=""))
    assert problem.value == "{city_code}" and line_of(problem).startswith("uses:")
    assert f"the feed {RECORDS_ID} needs a code" in problem.message and 'city_code: "05001"' in problem.next_step
    problem = wrong(write_user(tmp_path, BIRKA, rest='codes: {police_code: "1"}\n'))
    assert line_of(problem).startswith("codes:")


def test_a_code_that_cannot_be_part_of_an_address(tmp_path: Path) -> None:
    write_shared(tmp_path, SERVER, {RECORDS_ID: RECORDS.replace("ADDRESS", "ADDRESS?place={city_name}")})
    city = write_user(tmp_path, ALBA, 'codes: {city_code: "1", city_name: "a&b=c"}\n', f"uses: [{RECORDS_ID}]\n")
    problem = wrong(city)
    assert problem.value == "a&b=c" and "source:" in line_of(problem) and "by `where`" in problem.next_step


def test_codes_are_called_codes(tmp_path: Path) -> None:
    write_shared(tmp_path, SERVER)
    problem = wrong(write_user(tmp_path, ALBA, 'codes: {town: "1"}\n'))
    assert line_of(problem).startswith("codes:")


def test_steps_before_a_comparison_change_text_alone(tmp_path: Path) -> None:
    for step in ('{date: ["%Y-%m-%d"]}', "{recode: {values: {a: b}}}"):
        problem = wrong(with_records(tmp_path, "{zero_pad: 5}", step))
        assert "does more than change text" in problem.message and "zero" not in line_of(problem)


def test_two_feeds_of_one_id(tmp_path: Path) -> None:
    write_shared(tmp_path, SERVER)
    city = write_user(tmp_path, ALBA)
    own = city / "feeds" / f"{RESIDENTS_ID}.yaml"
    own.write_text(complete(RESIDENTS.replace("ADDRESS", SERVER)), encoding="utf-8")
    problem = wrong(city)
    assert "of the city's own" in problem.message and problem.value == RESIDENTS_ID and str(own) in problem.next_step
    own.unlink()
    twice = write_user(tmp_path, BIRKA, uses=f"uses: [{RECORDS_ID}, {RECORDS_ID}]\n")
    assert "stands here twice" in wrong(twice).message


def test_two_folders_with_a_feed_of_one_id(tmp_path: Path) -> None:
    write_shared(tmp_path, SERVER)
    write_shared(tmp_path / "other", SERVER)
    cities = write_user(tmp_path, ALBA), write_user(tmp_path / "other", BIRKA)
    with pytest.raises(ContractError) as caught:
        read_assessment(list(cities))
    assert [one.value for one in caught.value.problems] == [RECORDS_ID, RESIDENTS_ID]
    assert all("two shared feeds have one id" in one.message for one in caught.value.problems)
    done = sga("run", "--home", tmp_path / "home", *cities)
    assert done.returncode == 2 and "two shared feeds have one id [national_records]" in done.stderr, done.stderr


def test_a_shared_feed_that_is_not_there_names_those_that_are(tmp_path: Path) -> None:
    write_shared(tmp_path, SERVER)
    problem = wrong(write_user(tmp_path, ALBA, uses="uses:\n  - national_residents\n  - national_record\n"))
    assert problem.value == "national_record" and line_of(problem) == "  - national_record"
    assert "there are national_records, national_residents" in problem.next_step


def test_the_folder_of_shared_feeds_may_be_named_with_the_cities_but_is_none(tmp_path: Path) -> None:
    shared = write_shared(tmp_path, SERVER).parent
    city = write_user(tmp_path, ALBA)
    done = sga("check", city, shared)
    assert done.returncode == 0 and f"{ALBA}: Small, 2 feeds" in done.stdout, done.stderr
    assert "this is not a city folder" in wrong(shared).message


def test_what_the_city_states_stands_in_the_contract(tmp_path: Path) -> None:
    """Text in a list as it is, in a regular expression as its own characters, as a key, and in an address."""
    feed = RECORDS.replace(
        'in: ["{city_code}"]}',
        'matches: "{city_name}.*"}\n  - {column: place, in: ["{country_iso3}", "{city_area}", "{country_area}"]}',
    ).replace(
        "{from: offence}\n", '{from: offence, steps: [{recode: {values: {"{city_code}": all}, otherwise: keep}}]}\n'
    )
    write_shared(tmp_path, SERVER, {RECORDS_ID: feed.replace("ADDRESS", "ADDRESS?of={city_code}")})
    city = write_user(tmp_path, ALBA, "codes: {city_code: 0501, city_name: A.B}\n", f"uses: [{RECORDS_ID}]\n")
    [plan] = read_assessment([city]).cities[0].feeds
    assert plan.feed.where[0].matches == r"A\.B.*" and plan.feed.where[1].in_ == ["XXA", "XS", "XX"]
    assert plan.feed.source.address.endswith("records.csv?of=0501") and plan.kept_under == ALBA
    step = plan.feed.columns["local_code"].steps[0]  # type: ignore[union-attr]
    assert step.values == {"0501": "all"}  # type: ignore[union-attr]
