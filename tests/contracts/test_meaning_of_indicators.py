"""What an indicator computes is what the guide's line says: each case quotes the line, and fails with the reading it once had."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from sga_pipeline.contracts.catalogue import read_catalogue
from sga_pipeline.contracts.csv_rows import Row
from sga_pipeline.paths import CONTRACTS

CATALOGUE = read_catalogue(CONTRACTS / "catalogue")
REQUIREMENTS = {row["indicator_id"]: row for row in CATALOGUE.requirements}


@dataclass(frozen=True)
class Case:
    """A line, the words of it that decide, and what follows from them."""

    seq: str
    quote: str
    indicator_id: str
    # Filters and topics that the first measure of each part must have, as the catalogue writes them.
    numerator: dict[str, str] = field(default_factory=dict)
    denominator: dict[str, str] = field(default_factory=dict)
    # Cells of the indicator's own rows.
    cells: dict[str, str] = field(default_factory=dict)
    # By what it is broken down: asked by the line itself, expected by the guide's general words.
    asked: set[str] | None = None
    expected: set[str] | None = None
    # Words the reader must find in the notes.
    noted: tuple[str, ...] = ()


CASES = [
    Case(
        "4.12",
        "Robbery committed with the use of firearms",
        "crime.robbery_firearm_rate",
        numerator={"weapon": "firearm", "iccs_code": "0401"},
        # Offences have neither a sex nor an age; the line asks for none.
        expected={"area"},
        noted=("weapon nobody wrote down", "at least"),
    ),
    # That one source gives it in a city is in measures_unit.yml (indicator_parts).
    Case(
        "4.04",
        "Victims of intentional homicide committed with firearm",
        "crime.homicide_firearm_rate",
        numerator={"weapon": "firearm", "iccs_code": "0101"},
        asked={"age", "sex", "location_type"},
        noted=("weapon nobody wrote down", "One source for a city"),
    ),
    Case(
        "4.07",
        "Victims of sexual violence",
        "crime.sexual_violence_rate",
        numerator={"iccs_code": "0301"},
        noted=("030122", "4.09"),
    ),
    Case(
        "4.09",
        "Victims of physical or sexual harassment per 100,000 population by age, sex, disability status, place",
        "crime.harassment_rate",
        numerator={"location_type": ""},
        asked={"age", "sex", "disability", "location_type"},
        noted=("any place", "4.07"),
    ),
    Case("4.09", "physical or sexual", "crime.harassment_rate.physical", numerator={"location_type": ""}),
    Case("4.09", "physical or sexual", "crime.harassment_rate.sexual", numerator={"location_type": ""}),
    Case(
        "1.15",
        "with primary school education; secondary; and post-secondary",
        "demo.education_attainment.primary",
        numerator={"topic": "education_primary;education_secondary;education_post_secondary"},
        cells={"short_title": "Population with at least primary education"},
    ),
    Case(
        "1.15",
        "with primary school education; secondary; and post-secondary",
        "demo.education_attainment.secondary",
        numerator={"topic": "education_secondary;education_post_secondary"},
        cells={"short_title": "Population with at least secondary education"},
    ),
    Case(
        "1.19",
        "Proportion of economically active population",
        "demo.economically_active_share",
        cells={"unit": "percent of residents of 15 and over"},
        noted=("an estimate, not a count",),
    ),
    Case(
        "1.20",
        "Proportion of the population in formal employment",
        "demo.formal_employment_share",
        # A survey asks only the employed whether their work is formal; the others are residents too.
        cells={"unit": "percent of residents of 15 and over", "question": "is_employed;works_formally"},
    ),
    Case(
        "1.21",
        "Proportion of the population in informal employment",
        "demo.informal_employment_share",
        cells={"unit": "percent of employed persons"},
        noted=("Printed of the population",),
    ),
    # That the currency of the city takes the place of these words is in test_golden.py.
    Case("2.02", "GDP per capita", "socio.gdp_pc", cells={"unit": "local currency per person"}, noted=("currency",)),
    Case(
        "2.04",
        "living below the urban poverty line",
        "socio.poverty_rate",
        numerator={"title": "Residents below the urban poverty line"},
        cells={"definition_status": "needs_local_definition", "unit": "percent of residents"},
        noted=("an estimate, not a count",),
    ),
    # That both are needed is in measures_unit.yml.
    Case(
        "5.08",
        "directly or proportionally attributable to drug consumption",
        "drugs.related_morbidity",
        numerator={"topic": "drug_morbidity;drug_morbidity_attributable"},
        noted=("Both parts are needed",),
    ),
    Case(
        "5.09",
        "Infection rates of HIV, Hepatitis B, and Hepatitis C among drug injectors",
        "drugs.pwid_infection_rates",
        # Three rates, and no sum of them.
        cells={"kind": "reported", "numerator": "", "unit": "percent of those tested"},
        noted=("never added up",),
    ),
    # The arithmetic of areas without a value is in indicators_unit.yml.
    Case(
        "2.05",
        "proportion of neighbourhoods/municipalities where the poor exceed 40% of the population",
        "socio.concentrated_poverty_rate",
        cells={"kind": "areas_above", "basis": "socio.poverty_rate", "threshold": "40"},
        noted=("Areas without a value",),
    ),
    Case("5.05", "Number of daily users", "drugs.daily_users_rate", noted=("An estimate", "not a count")),
    Case("5.06", "Number of drug injectors", "drugs.injectors_rate", noted=("An estimate", "not a count")),
    Case(
        "6.01",
        "compared to national distributions, by age, sex, persons with disability and population groups",
        "gov.positions_representation",
        cells={"basis": "country", "unit": "ratio to national population share"},
        asked={"age", "sex", "disability", "ethnicity"},
        noted=("everybody together has no figure",),
    ),
    Case("6.01", "positions in local government", "gov.positions_representation.police", cells={"basis": "country"}),
    Case("6.01", "positions in local government", "gov.positions_representation.usable", cells={"basis": ""}),
    Case(
        "6.04",
        "Proportion of reported crime cases investigated",
        "gov.cases_investigated_share",
        # Neither cleared nor arrested is investigated.
        numerator={"topic": "cases_investigated", "cleared": ""},
        denominator={"topic": "cases_investigated", "amount": "out_of"},
    ),
    Case(
        "6.11",
        "Proportion of population who had at least one contact with a public official and who paid a bribe",
        "gov.bribery_prevalence",
        cells={"question": "contact_official_12m;bribe_12m", "question_base": ""},
    ),
    Case(
        "6.11",
        "who had at least one contact with a public official",
        "gov.bribery_prevalence.usable",
        cells={"question": "bribe_12m", "question_base": "contact_official_12m"},
    ),
    Case("6.02", "by sector (or by budget code or similar)", "gov.budget_execution_ratio", asked={"sector"}),
    Case("6.07", "disaggregated by facility", "gov.prison_overcrowding", asked={"facility"}),
    Case(
        "6.09",
        "per 10,000 population",
        "gov.youth_conflict_law_rate",
        denominator={"shape": "population", "age_group": ""},
        cells={"multiplier": "10000", "unit": "youths per 10,000 persons"},
    ),
    Case(
        "6.09",
        "young population in conflict with the law",
        "gov.youth_conflict_law_rate.usable",
        denominator={"shape": "population", "age_group": "Y15T24"},
        cells={"multiplier": "10000", "unit": "youths per 10,000 persons of 15 to 24"},
    ),
    Case(
        "7.02",
        "Voter turnout amongst 18-34 year olds",
        "cohesion.voter_turnout_18_34",
        # Of those entitled to vote, as the source counts them: not of all residents.
        denominator={"shape": "official_counts", "amount": "out_of", "age_group": "Y18T34"},
    ),
    Case(
        "7.07",
        "built-up area of cities that is open space for public use for all, by sex, age",
        "cohesion.open_public_space_share",
        # An area has no sex, age or disability.
        asked=set(),
        expected={"area"},
        noted=("an area does not have",),
    ),
]


def line_of(row: Row) -> Row:
    """The guide's printed line, of which a row is itself, a part, or the usable form."""
    return row if row["record_type"] == "printed" else CATALOGUE.indicators[row["parent_id"]]


def part(row: Row, name: str) -> Row:
    return CATALOGUE.measures[row.listed(name)[0]]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.seq}-{case.indicator_id}")
def test_the_indicator_is_what_the_line_says(case: Case) -> None:
    row = CATALOGUE.indicators[case.indicator_id]
    line = line_of(row)
    assert (line["guide_seq"], case.quote in line["title_guide"]) == (case.seq, True)
    assert {name: row[name] for name in case.cells} == case.cells
    for name, needed in (("numerator", case.numerator), ("denominator", case.denominator)):
        assert {one: part(row, name)[one] for one in needed} == needed
    for name, dimensions in (("asked", case.asked), ("expected", case.expected)):
        if dimensions is not None:
            assert set(REQUIREMENTS[case.indicator_id].listed(name)) == dimensions
    notes = f"{row['anomaly']} {row['pitfall']}"
    assert [one for one in case.noted if one not in notes] == []


def test_a_line_asks_only_for_dimensions_that_its_numerator_can_have() -> None:
    """Offences, areas and money have neither sex nor age; without this a register asks offices for the impossible."""
    impossible = [
        (indicator_id, dimension)
        for indicator_id, needed in REQUIREMENTS.items()
        for name in CATALOGUE.indicators[indicator_id].listed("numerator")[:1]
        for dimension in {*needed.listed("asked"), *needed.listed("expected")}
        & {"sex", "age", "ethnicity", "disability"}
        if CATALOGUE.measures[name]["unit"] in {"offences", "km2", "local currency", "events"}
    ]
    assert impossible == []
