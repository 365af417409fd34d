"""The catalogue and a city's core set spoiled in one place each: reported with file, line and value, before anything moves."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

from sga_pipeline.contracts.assessment import read_assessment
from sga_pipeline.errors import ContractError
from sga_pipeline.paths import CONTRACTS
from tests.city_folder import CITY, write_city


def spoiled(tmp_path: Path, table: str, key: str, column: str, value: str) -> tuple[Path, int]:
    """A copy of the contracts with one cell changed; and the line it stands in."""
    contracts = Path(shutil.copytree(CONTRACTS, tmp_path / "contracts"))
    file = contracts / "catalogue" / f"{table}.csv"
    with file.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    at = next(place for place, row in enumerate(rows) if key in row.values())
    rows[at][column] = value
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return contracts, at + 2


DECISIONS = "gap_code,rule_id,indicator_id,feed_id,area_id,decision,reason,owner,decided_on,expires"
THRESHOLDS = "gap_code,metric,severity,value,reason,decided_by,decided_on"


@pytest.mark.parametrize(
    ("table", "key", "column", "value", "words"),
    [
        ("indicator_computation", "crime.homicide_rate", "kind", "ratio_to", "unknown kind"),
        ("indicator_computation", "crime.homicide_rate", "denominator", "", "a rate needs a denominator"),
        ("indicator_computation", "crime.homicide_rate", "numerator", "murders", "the numerator is not a measure"),
        ("indicator_computation", "demo.metro_population", "denominator", "residents", "a count has no denominator"),
        ("indicator_computation", "demo.population_growth_10y", "years", "", "a growth needs years"),
        ("indicator_computation", "gov.perceived_insecurity", "question", "feels_fine", "no such question"),
        ("indicator_computation", "drugs.use_prevalence_youth", "asked_age", "Y15T25", "not an age group"),
        ("indicator_publication", "crime.homicide_rate", "min_cell", "few", "min_cell cannot be this"),
        (
            "indicator_definition",
            "crime.harassment_rate.sexual",
            "parent_id",
            "crime.harm",
            "the parent_id is not an indicator",
        ),
        ("measures", "homicide_firearm_victims", "weapon", "pistol", "not in the list weapon"),
        ("measures", "homicide_deaths", "icd10", "X85 to Y09", "not an ICD-10 code or range"),
        ("measures", "homicide_victims", "iccs_code", "0101.1", "not an ICCS code"),
        ("measures", "homicide_victims", "iccs_code", "101", "Write 0101"),
        ("measures", "homicide_deaths", "icd10", "W99-Y99", "not an ICD-10 code or range"),
        ("age_groups", "Y30T34", "age_group", "Y30T29", "ends before it begins"),
        ("age_groups", "Y30T34", "age_min", "31", "other ages than age_min"),
        ("age_groups", "Y30T34", "scheme", "decades", "unknown scheme of ages"),
        ("age_groups", "Y18T34", "scheme", "iccs", "overlap"),
        ("measures", "homicide_victims", "topic", "murders", "the shape has no column topic"),
        ("measures", "residents", "amount", "rows", "the shape has no such amount"),
        ("measures", "girls_10_19", "age_group", "Y10T20", "not an age group"),
        ("measures", "robberies_firearm", "shape", "crimes", "measures cannot count rows of this shape"),
    ],
)
def test_a_wrong_cell_is_reported(tmp_path: Path, table: str, key: str, column: str, value: str, words: str) -> None:
    contracts, line = spoiled(tmp_path, table, key, column, value)
    with pytest.raises(ContractError) as caught:
        read_assessment([write_city(tmp_path)], contracts)
    found = [one for one in map(str, caught.value.problems) if words in one]
    assert found, str(caught.value)
    assert f"{table}.csv line {line}" in found[0]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (
            "crime.murder_rate,true,why,Council,2023-01-01,",
            r"no such indicator_id in the catalogue \[crime.murder_rate\].*line 2",
        ),
        ("crime.homicide_rate,yes,why,Council,2023-01-01,", r"core cannot be this \[yes\]"),
        ("crime.homicide_rate,true,,Council,2023-01-01,", "a decision needs a reason"),
        ("crime.homicide_rate,true,why,Council,someday,", "a decision needs a reason, an office and a day"),
        ("crime.homicide_rate,true,why,Council,2023-02-30,", "a decision needs a reason, an office and a day"),
        (
            "crime.homicide_rate,true,why,Council,2023-01-01,\ncrime.homicide_rate,false,why,Council,2023-01-01,",
            r"decided twice \[crime.homicide_rate\].*line 3. Keep this row or that of line 2",
        ),
    ],
)
def test_a_wrong_core_set_is_reported(tmp_path: Path, rows: str, words: str) -> None:
    city = write_city(tmp_path)
    (city / "city.yaml").write_text(f"{CITY}core_set: core.csv\n", encoding="utf-8")
    (city / "core.csv").write_text(
        f"indicator_id,core,reason,decided_by,decided_on,evidence\n{rows}\n", encoding="utf-8"
    )
    with pytest.raises(ContractError, match=words):
        read_assessment([city])


def test_a_core_set_that_is_not_there_is_reported(tmp_path: Path) -> None:
    city = write_city(tmp_path)
    (city / "city.yaml").write_text(f"{CITY}core_set: mine.csv\n", encoding="utf-8")
    with pytest.raises(ContractError, match="the file does not exist"):
        read_assessment([city])


@pytest.mark.parametrize(
    ("key", "table", "rows", "words"),
    [
        (
            "decisions",
            DECISIONS,
            "G99,,,,,waived,why,Council,2023-01-01,2024-01-01",
            r"no such gap_code in the catalogue \[G99\].*line 2",
        ),
        (
            "decisions",
            DECISIONS,
            "G04,late_again,,,,waived,why,Council,2023-01-01,2024-01-01",
            r"no such rule_id .*\[late_again\]",
        ),
        (
            "decisions",
            DECISIONS,
            "G04,,,incidence,,waived,why,Council,2023-01-01,2024-01-01",
            r"the city has no such feed \[incidence\].*line 2. Use one of incidents",
        ),
        (
            "decisions",
            DECISIONS,
            "G04,,,,,ignored,why,Council,2023-01-01,2024-01-01",
            r"decision cannot be this \[ignored\]",
        ),
        (
            "decisions",
            DECISIONS,
            "G04,,,,,waived,,Council,2023-01-01,2024-01-01",
            "needs a reason, an office and a day",
        ),
        (
            "decisions",
            DECISIONS,
            "G04,,,,,waived,why,Council,2023-01-01,for ever",
            r"a decision ends some day \[for ever\]",
        ),
        ("decisions", DECISIONS, ",,,,,not_required,why,Council,2023-01-01,2024-01-01", "no such indicator_id"),
        (
            "thresholds",
            THRESHOLDS,
            "G04,share_of_moons,low,0.9,why,Council,2023-01-01",
            r"the gap has no such metric \[share_of_moons\]",
        ),
        (
            "thresholds",
            THRESHOLDS,
            "G04,share_covered,dire,0.9,why,Council,2023-01-01",
            r"severity cannot be this \[dire\]",
        ),
        (
            "thresholds",
            THRESHOLDS,
            "G04,share_covered,low,a lot,why,Council,2023-01-01",
            r"a threshold is a number \[a lot\]",
        ),
    ],
)
def test_a_wrong_decision_or_threshold_is_reported(tmp_path: Path, key: str, table: str, rows: str, words: str) -> None:
    city = write_city(tmp_path)
    (city / "city.yaml").write_text(f"{CITY}{key}: table.csv\n", encoding="utf-8")
    (city / "table.csv").write_text(f"{table}\n{rows}\n", encoding="utf-8")
    with pytest.raises(ContractError, match=words):
        read_assessment([city])


@pytest.mark.parametrize(
    ("table", "old", "new", "words"),
    [
        ("statements.csv", "late,G13", "late,G99", "no such gap code"),
        ("statements.csv", "late,G13,no_delivery", "late,G13,nobody", "the parent is not a rule"),
        (
            "../locale/es/LC_MESSAGES/statements.po",
            "terminan el {last_day}",
            "terminan el {first_day}",
            "asks for other figures",
        ),
        (
            "thresholds.csv",
            "G04,share_covered,below,0.95,0.90",
            "G04,share_covered,below,0.85,0.90",
            "do not rise with severity",
        ),
        ("thresholds.csv", "G20,share_doubled,above", "G20,share_doubled,around", "bad is above or below"),
        (
            "gap_types.csv",
            "coverage_temporal,frequency_and_coverage,1,immediate",
            "coverage_temporal,frequency_and_coverage,1,soon",
            "no such timeframe",
        ),
        ("requirements.csv", "demo.population_total,12", "demo.population_total,never", "not a number of months"),
    ],
)
def test_a_wrong_catalogue_of_gaps_is_reported(tmp_path: Path, table: str, old: str, new: str, words: str) -> None:
    contracts = tmp_path / "contracts"
    shutil.copytree(CONTRACTS, contracts)
    file = contracts / "catalogue" / table
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ContractError) as caught:
        read_assessment([write_city(tmp_path)], contracts)
    problems = [str(one) for one in caught.value.problems]
    assert any(words in one and f"{file.name} line" in one for one in problems), problems


@pytest.mark.parametrize("table", ["indicator_definition", "indicator_computation", "indicator_publication"])
def test_an_indicator_without_its_row_in_one_file_is_reported(tmp_path: Path, table: str) -> None:
    contracts = Path(shutil.copytree(CONTRACTS, tmp_path / "contracts"))
    file = contracts / "catalogue" / f"{table}.csv"
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text(
        "".join(one for one in lines if not one.startswith("crime.robbery_firearm_rate,")), encoding="utf-8"
    )
    with pytest.raises(ContractError, match=rf"no row in {table}\.csv \[crime\.robbery_firearm_rate\], in .*line \d+"):
        read_assessment([write_city(tmp_path)], contracts)
