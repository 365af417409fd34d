"""Rows that leave open what they are: few change nothing, some make a figure uncertain, many make it 'at least', and none is a zero."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sga_pipeline.home import Home
from sga_pipeline.publish.pointer import current_release
from sga_pipeline.publish.query import run_query
from tests.city_folder import HEADER, OFFENCES, residents, write_city
from tests.runs import Run

Spoil = Callable[[list[str]], list[str]]
# Year: records that surely belong, and records that may: 1.96, 5.7 and 23 in a hundred, and all.
STRENGTHS = {2020: (100, 2), 2021: (100, 6), 2022: (100, 30), 2023: (0, 40)}
EXPECTED = {
    "2020": ("A", 100, 10.0, None),
    "2021": ("U", 100, 10.0, "possible_loss"),
    "2022": ("O", 100, None, "at_least"),
    "2023": ("O", 0, None, "at_least"),
}
CERTAIN = {
    "2020": ("A", 100, 10.0, None),
    "2021": ("A", 100, 10.0, None),
    "2022": ("A", 100, 10.0, None),
    "2023": ("A", 0, 0.0, None),
}
# Of what a source does not call complete each count is at least what its rows say: 102, 106, 130 and 40.
OPEN = {str(year): ("O", sum(numbers), None, "not_complete") for year, numbers in STRENGTHS.items()}
ROBBERIES, HOMICIDES = "crime.robbery_firearm_rate", "crime.homicide_offences_rate"
PEOPLE = residents("city", "columns:\n  year: {from: year}\n  persons: {from: persons}\n")


def city(folder: Path, city_id: str, sure: str, possible: str, codes: str = "", spoil: Spoil | None = None) -> Path:
    """A city of one feed: `sure` and `possible` are offence and weapon of the two sorts of records; `spoil` rewrites the second."""
    made = write_city(
        folder,
        {
            "first: 2022-01-01, last: 2023-12-31": f"first: 2020-01-01, last: 2023-12-31{codes}",
            "columns:\n": "reject_when: {quarantined_share: 1}\ncolumns:\n",
            "rules:\n": "rules:\n  - {rule: matches, id: known_form, column: event_id, pattern: '[A-Z0-9-]+'}\n",
        },
        city_id,
    )
    (made / "feeds" / "offences.csv").write_text(f"{OFFENCES}NONE,\n", encoding="utf-8")
    contract = (made / "city.yaml").read_text(encoding="utf-8")
    contract = contract.replace("first_year: 2022", "first_year: 2020")
    (made / "city.yaml").write_text(contract, encoding="utf-8")
    lines = []
    for year, numbers in STRENGTHS.items():
        for what, number in zip((sure, possible), numbers, strict=True):
            offence, weapon = what.split(",")
            written_lines = [
                f"{offence}{weapon}{year}-{n},{year}-{n % 12 + 1:02}-15,2024-01-05,{offence},1,,{weapon},Y\n"
                for n in range(number)
            ]
            lines += spoil(written_lines) if spoil and what == possible else written_lines
    (made / "data" / "incidents.csv").write_text(HEADER + "".join(lines), encoding="utf-8")
    (made / "feeds" / "residents.yaml").write_text(PEOPLE, encoding="utf-8")
    people = "".join(f"{year},1000000\n" for year in STRENGTHS)
    (made / "data" / "residents.csv").write_text("year,persons\n" + people, encoding="utf-8")
    return made


def in_contrary_pairs(lines: list[str]) -> list[str]:
    """Every second line says that the event of the line before was not cleared."""
    return [line if at % 2 == 0 else lines[at - 1].removesuffix("Y\n") + "N\n" for at, line in enumerate(lines)]


def cities_in(folder: Path) -> list[Path]:
    return [
        city(folder, "xx_weapon", "ROB,G", "ROB,"),
        city(folder, "xx_code", "HOM,K", "XYZ,K"),
        # A name that the mapping leaves empty is no offence; one that it does not know may be any.
        city(folder, "xx_named", "HOM,K", "NONE,K", codes=', codes: ["0101"]'),
        city(folder, "xx_strange", "HOM,K", "XYZ,K", codes=', codes: ["0101"]'),
        # A robbery with a knife is none with a firearm, however many there are.
        city(folder, "xx_other", "ROB,G", "ROB,K"),
        # Set aside: each breaks a rule of the contract, or two say of one event what cannot both be true.
        city(folder, "xx_broken", "HOM,K", "HOM,G", spoil=lambda lines: [f"?{line}" for line in lines]),
        city(folder, "xx_contrary", "HOM,K", "HOM,G", spoil=in_contrary_pairs),
        city(folder, "xx_not_complete", "HOM,K", "HOM,G", ", complete: false"),
    ]


@pytest.fixture
def home(small_cities: Run) -> Home:
    return Home(small_cities.home)


def rows(home: Home, city_id: str, sql: str) -> list[tuple[object, ...]]:
    release = current_release(home, city_id)
    assert release is not None
    return [tuple(row) for row in run_query(release, sql)[1]]


@pytest.mark.parametrize(
    ("city_id", "indicator_id", "expected"),
    [
        ("xx_weapon", ROBBERIES, EXPECTED),
        ("xx_code", HOMICIDES, EXPECTED),
        ("xx_named", HOMICIDES, CERTAIN),
        ("xx_strange", HOMICIDES, EXPECTED),
        ("xx_other", ROBBERIES, CERTAIN),
        ("xx_broken", HOMICIDES, EXPECTED),
        ("xx_contrary", HOMICIDES, EXPECTED),
        ("xx_not_complete", HOMICIDES, OPEN),
        # No row is no zero: robberies there are none, and none are shown.
        ("xx_not_complete", ROBBERIES, {}),
    ],
)
def test_a_figure_says_how_sure_it_is(
    home: Home, city_id: str, indicator_id: str, expected: dict[str, tuple[object, ...]]
) -> None:
    found = rows(
        home,
        city_id,
        "select period, obs_status, numerator, round(value, 6), reason_code from observations "
        f"where indicator_id = '{indicator_id}' and freq = 'A' and area_level = 'city' and sex = '_T' and age = '_T' "
        "and other_dim is null",
    )
    assert {str(period): tuple(rest) for period, *rest in found} == expected


@pytest.mark.parametrize(
    ("city_id", "measure"),
    [
        ("xx_weapon", "robberies_firearm"),
        ("xx_code", "homicide_offences"),
        ("xx_strange", "homicide_offences"),
        ("xx_broken", "homicide_offences"),
        ("xx_contrary", "homicide_offences"),
    ],
)
def test_a_finding_names_the_worst_year_and_the_cause(home: Home, city_id: str, measure: str) -> None:
    [(severity, figures, query)] = rows(
        home,
        city_id,
        "select severity, evidence ->> 'figures', evidence ->> 'query' from gaps "
        f"where rule_id = 'may_belong' and dimension = '{measure}'",
    )
    assert severity == "high"
    assert '"worst_year":2023' in str(figures).replace(" ", "") and '"lost_pct":100' in str(figures).replace(" ", "")
    assert rows(home, city_id, str(query)) == [
        (
            "Robberies with a firearm" if "robberies" in measure else "Recorded offences of intentional homicide",
            2023,
            100,
            4,
        )
    ]


@pytest.mark.parametrize("city_id", ["xx_named", "xx_other"])
def test_where_nothing_may_belong_nothing_is_found(home: Home, city_id: str) -> None:
    assert rows(home, city_id, "select * from gaps where rule_id = 'may_belong'") == []
