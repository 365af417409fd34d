"""Values that no city, calendar, classification or person can have: `sga check` names file, line, value and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from sga_pipeline.contracts.assessment import read_assessment
from sga_pipeline.errors import ContractError, Problem
from tests.city_folder import CITY, residents, write_city

LOOKED_UP = "{from: offence, steps: [trim, upper, {lookup: {mapping: offences, give: iccs}}]}"
COVERAGE = "coverage: {first: 2022-01-01, last: 2023-12-31"

IN_THE_CITY = [
    # what stands in city.yaml, what is written instead, words of the message, value, words of what to do
    ("America/Bogota", "America/Bogotta", "unknown time zone", "America/Bogotta", "America/Bogota"),
    ("America/Bogota", "america/bogota", "unknown time zone", "america/bogota", "America/Bogota"),
    ("America/Bogota", "America", "unknown time zone", "America", "a name such as"),
    ("America/Bogota", "../etc/passwd", "unknown time zone", "../etc/passwd", "a name such as"),
    ("America/Bogota", "localtime", "unknown time zone", "localtime", "a name such as"),
    ("as_of: 2024-03-01", "as_of: 2024-02-30", "no day of the calendar", "2024-02-30", "Correct"),
    ("XXA", "ABX", "no country has this code", "ABX", "Correct"),
    ("languages: [en]", "languages: [zz]", "no language has this code", "zz", "Correct"),
    ("as_of:", "currency: QQQ\nas_of:", "no currency has this code", "QQQ", "Correct"),
]
IN_THE_FEED = [
    ("cadence:", "time_zone: Mars/Olympus\ncadence:", "unknown time zone", "Mars/Olympus", "a name such as"),
    ("cadence:", "time_zone: America\ncadence:", "unknown time zone", "America", "a name such as"),
    ("first: 2022-01-01", "first: 2023-02-30", "no day of the calendar", "2023-02-30", "Correct"),
    ("last: 2023-12-31", "last: 2023-13-31", "neither a day of the calendar nor latest", "2023-13-31", "Correct"),
    ("last: 2023-12-31", "last: lastest", "neither a day of the calendar nor latest", "lastest", "Correct"),
    ("last: 2023-12-31", "last: 2021-12-31", "ends before it begins", "2021-12-31", "Swap"),
    ("maximum: 2024-03-01", "maximum: 2024-02-30", "no day of the calendar", "2024-02-30", "2024-12-31"),
    ("maximum: 2024-03-01", "minimum: 2025-01-01, maximum: 2024-03-01", "range ends before", "2024-03-01", "Swap"),
    (", maximum: 2024-03-01", "", "no limit", "not_in_the_future", "minimum, maximum"),
    ("column: occurred_on, maximum: 2024-03-01", "column: latitude, maximum: north", "no number", "north", "figures"),
    (COVERAGE, f'{COVERAGE}, codes: ["101"]', "no code of ICCS begins", "101", "Write 0101"),
    (COVERAGE, f'{COVERAGE}, codes: ["0199"]', "no code of ICCS begins", "0199", "iccs.csv"),
    (COVERAGE, f"{COVERAGE}, codes: [homicide]", "no code of ICCS begins", "homicide", "iccs.csv"),
    (LOOKED_UP, '{constant: "101"}', "ICCS has no such code", "101", "Write 0101"),
    (LOOKED_UP, '{constant: "01.01"}', "ICCS has no such code", "01.01", "Write 0101"),
    (LOOKED_UP, '{constant: "1201"}', "ICCS has no such code", "1201", "iccs.csv"),
    (LOOKED_UP, '{from: offence, steps: [{recode: {values: {H: "101"}}}]}', "ICCS has no such", "101", "Write 0101"),
    (LOOKED_UP, '{from: offence, steps: [{default: "01010"}]}', "ICCS has no such code", "01010", "iccs.csv"),
    ("cadence:", "extent: NOWHERE\ncadence:", "the city has no such area", "NOWHERE", "['XX', 'XS']"),
    ("{from: district,", "{constant: d9} #", "the city has no such area", "d9", "['XX', 'XS']"),
    ("{from: reported}", "{constant: 2023-02-30}", "this is no date", "2023-02-30", "2024-12-31"),
    ("{from: reported}", "{from: reported, steps: [{default: 2023-02-30}]}", "no date", "2023-02-30", "2024-12-31"),
    (
        '[{date: ["%Y-%m-%d", "%d/%m/%Y"]}]',
        '[{default: 31/02/2023}, {date: ["%Y-%m-%d", "%d/%m/%Y"]}]',
        "no day by",
        "31/02/2023",
        "calendar",
    ),
    ("  weapon:", "  occurred_hour: {constant: 25}\n  weapon:", "outside what occurred_hour", "25", "between 0 and 23"),
    ("lat, steps: [{number", "lat, steps: [{default: north}, {number", "is no number", "north", "Correct it"),
]


@pytest.mark.parametrize(("old", "new", "words", "value", "step"), IN_THE_CITY)
def test_in_a_city(tmp_path: Path, old: str, new: str, words: str, value: str, step: str) -> None:
    city = write_city(tmp_path)
    assert old in CITY
    (city / "city.yaml").write_text(CITY.replace(old, new), encoding="utf-8")
    _is_refused(city, city / "city.yaml", words, value, step)


@pytest.mark.parametrize(("old", "new", "words", "value", "step"), IN_THE_FEED)
def test_in_a_feed(tmp_path: Path, old: str, new: str, words: str, value: str, step: str) -> None:
    city = write_city(tmp_path, {old: new})
    _is_refused(city, city / "feeds" / "incidents.yaml", words, value, step)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"%Y-%m-%d", "%d/%m/%Y"', '"%d/%m"', r"the format \[%d/%m\] lacks %Y"),
        ('"%Y-%m-%d", "%d/%m/%Y"', '"%Y-%d"', r"the format \[%Y-%d\] lacks %m"),
        ('"%Y-%m-%d", "%d/%m/%Y"', '"%Q-%m-%d"', r"the code \[%Q\], which means nothing"),
        ('"%Y-%m-%d", "%d/%m/%Y"', '"%Y-%m-%"', r"the code \[%\], which means nothing"),
        ("[Y]", "[N]", r"\[N\] is both yes and no"),
    ],
)
def test_in_a_step(tmp_path: Path, old: str, new: str, words: str) -> None:
    city = write_city(tmp_path, {old: new})
    with pytest.raises(ContractError, match=words) as caught:
        read_assessment([city])
    assert caught.value.problems[0].line


def test_in_a_mapping_file_the_row_is_named(tmp_path: Path) -> None:
    city = write_city(tmp_path)
    (city / "feeds" / "offences.csv").write_text("local,iccs\nROB,0401\nHOM,101\n", encoding="utf-8")
    problem = _is_refused(city, city / "feeds" / "offences.csv", "ICCS has no such code", "101", "Write 0101")
    assert problem.line == 3


def test_a_mapping_file_may_hold_no_impossible_day_and_no_empty_code(tmp_path: Path) -> None:
    days = {
        "mappings:": "mappings:\n  days: {file: days.csv}",
        '[{date: ["%Y-%m-%d", "%d/%m/%Y"]}]': '[{lookup: {mapping: days, give: day}}, {date: ["%Y-%m-%d"]}]',
    }
    city = write_city(tmp_path, days)
    file = city / "feeds" / "days.csv"
    file.write_text("local,day\nEaster,2023-04-09\nleap day,2023-02-29\n", encoding="utf-8")
    assert _is_refused(city, file, "no day by %Y-%m-%d", "2023-02-29", "calendar").line == 3
    file.write_text("local,day\nEaster,2023-04-09\n,2023-02-28\n", encoding="utf-8")
    assert _is_refused(city, file, "has no code", "", "default").line == 3


def test_an_assessment_is_not_made_as_of_a_day_to_come(tmp_path: Path) -> None:
    city = write_city(tmp_path)
    (city / "city.yaml").write_text(CITY.replace("as_of: 2024-03-01", "as_of: 2999-12-31"), encoding="utf-8")
    with pytest.raises(ContractError, match=r"as of \[2999-12-31\] has not come; leave as_of out"):
        read_assessment([city])


def test_a_mapping_may_leave_a_code_unknown(tmp_path: Path) -> None:
    city = write_city(tmp_path)
    (city / "feeds" / "offences.csv").write_text("local,iccs\nROB,0401\nHOM,\nX,_U\n", encoding="utf-8")
    read_assessment([city])


@pytest.mark.parametrize(
    ("row", "words", "value"),
    [
        ("G01,,,,,accepted,because,Office,2024-02-30,2027-12-31", "a reason, an office and a day", "G01"),
        ("G01,,,,,accepted,because,Office,2024-02-28,2027-11-31", "ends some day", "2027-11-31"),
        ("G01,,,,,accepted,because,Office,2024-02-28,2023-12-31", "ends before it was made", "2023-12-31"),
    ],
)
def test_in_a_decision(tmp_path: Path, row: str, words: str, value: str) -> None:
    city = write_city(tmp_path)
    (city / "city.yaml").write_text(f"{CITY}decisions: decisions.csv\n", encoding="utf-8")
    header = "gap_code,rule_id,indicator_id,feed_id,area_id,decision,reason,owner,decided_on,expires"
    (city / "decisions.csv").write_text(f"{header}\n{row}\n", encoding="utf-8")
    _is_refused(city, city / "decisions.csv", words, value, "")


BANDS = [
    ("{constant: Y20T10}", "ends before it begins", "Y20T10", "Y10T20"),
    ("{constant: Y_GE200}", "nobody is that old", "Y_GE200", "_U"),
    ("{constant: Y85T199}", "nobody is that old", "Y85T199", "Write Y_GE85"),
    ("{constant: Y05T09}", "written in another way", "Y05T09", "Y5T9"),
    ("{constant: Y15T15}", "written in another way", "Y15T15", "Y15"),
    ('{constant: "15-29"}', "does not fit age_group", "15-29", "must match"),
    ("{from: a, steps: [{recode: {values: {x: Y20T10}}}]}", "ends before it begins", "Y20T10", "Y10T20"),
    ("{from: a, steps: [{recode: {values: {x: Y15T29, y: Y20T34}}}]}", "overlap", "Y20T34", "one band"),
    ("{from: a, steps: [{recode: {values: {x: Y15T70, y: Y_GE65}}}]}", "overlap", "Y_GE65", "one band"),
]


@pytest.mark.parametrize(("mapped", "words", "value", "step"), BANDS)
def test_in_bands_of_age(tmp_path: Path, mapped: str, words: str, value: str, step: str) -> None:
    _is_refused(_with_ages(tmp_path, mapped), tmp_path / "xx_small/feeds/residents.yaml", words, value, step)


@pytest.mark.parametrize(
    "bands",
    [
        "Y0T14, y: Y15T29, z: Y_GE30",
        # A whole beside its parts counts nobody twice where the whole is known as one.
        "Y0T17, y: Y0T4, z: Y5T17",
        "_T, y: _U, z: Y0",
    ],
)
def test_bands_beside_each_other_are_right(tmp_path: Path, bands: str) -> None:
    read_assessment([_with_ages(tmp_path, f"{{from: a, steps: [{{recode: {{values: {{x: {bands}}}}}}}]}}")])


def _with_ages(folder: Path, mapped: str) -> Path:
    city = write_city(folder)
    columns = f"columns:\n  year: {{from: y, steps: [number]}}\n  persons: {{from: n, steps: [number]}}\n  age_group: {mapped}\n"
    (city / "feeds" / "residents.yaml").write_text(residents("city", columns), encoding="utf-8")
    return city


def _is_refused(city: Path, file: Path, words: str, value: str, step: str) -> Problem:
    with pytest.raises(ContractError) as caught:
        read_assessment([city])
    [problem] = caught.value.problems
    assert words in problem.message
    assert (problem.file, problem.value) == (file, value)
    assert step in problem.next_step
    assert problem.line is not None
    assert value in file.read_text(encoding="utf-8").splitlines()[problem.line - 1]
    return problem
