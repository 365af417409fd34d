"""The catalogue and a city's core set spoiled in one place each: told with file, line and value, before anything moves."""

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


@pytest.mark.parametrize(
    ("table", "key", "column", "value", "words"),
    [
        ("indicators", "crime.homicide_rate", "kind", "ratio_to", "unknown kind"),
        ("indicators", "crime.homicide_rate", "denominator", "", "a rate needs a denominator"),
        ("indicators", "crime.homicide_rate", "numerator", "murders", "the numerator is not a measure"),
        ("indicators", "demo.metro_population", "denominator", "residents", "a count has no denominator"),
        ("indicators", "demo.population_growth_10y", "years", "", "a growth needs years"),
        ("indicators", "gov.perceived_insecurity", "question", "feels_fine", "no such question"),
        ("indicators", "drugs.use_prevalence_youth", "asked_age", "Y15T25", "not an age group"),
        ("indicators", "crime.homicide_rate", "min_cell", "few", "min_cell cannot be this"),
        ("indicators", "crime.harassment_rate.sexual", "parent_id", "crime.harm", "the parent_id is not an indicator"),
        ("measures", "homicide_firearm_victims", "weapon", "pistol", "not in the list weapon"),
        ("measures", "homicide_deaths", "icd10", "X85 to Y09", "not an ICD-10 code or range"),
        ("measures", "homicide_victims", "iccs_code", "0101.1", "not an ICCS code"),
        ("measures", "homicide_victims", "topic", "murders", "the shape has no column topic"),
        ("measures", "residents", "amount", "rows", "the shape has no such amount"),
        ("measures", "girls_10_19", "age_group", "Y10T20", "not an age group"),
        ("measures", "robberies_firearm", "shape", "crimes", "measures cannot count rows of this shape"),
    ],
)
def test_a_wrong_cell_is_told(tmp_path: Path, table: str, key: str, column: str, value: str, words: str) -> None:
    contracts, line = spoiled(tmp_path, table, key, column, value)
    with pytest.raises(ContractError) as caught:
        read_assessment([write_city(tmp_path)], contracts)
    told = [one for one in map(str, caught.value.problems) if words in one]
    assert told, str(caught.value)
    assert f"{table}.csv line {line}" in told[0]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (
            "crime.murder_rate,true,why,Council,2023-01-01,",
            r"not an indicator of the catalogue \[crime.murder_rate\].*line 2",
        ),
        ("crime.homicide_rate,yes,why,Council,2023-01-01,", r"core is true or false \[yes\]"),
        ("crime.homicide_rate,true,,Council,2023-01-01,", "a decision needs a reason"),
        ("crime.homicide_rate,true,why,Council,someday,", "a decision needs a reason, an office and a day"),
    ],
)
def test_a_wrong_core_set_is_told(tmp_path: Path, rows: str, words: str) -> None:
    city = write_city(tmp_path)
    (city / "city.yaml").write_text(f"{CITY}core_set: core.csv\n", encoding="utf-8")
    (city / "core.csv").write_text(
        f"indicator_id,core,reason,decided_by,decided_on,evidence\n{rows}\n", encoding="utf-8"
    )
    with pytest.raises(ContractError, match=words):
        read_assessment([city])


def test_a_core_set_that_is_not_there_is_told(tmp_path: Path) -> None:
    city = write_city(tmp_path)
    (city / "city.yaml").write_text(f"{CITY}core_set: mine.csv\n", encoding="utf-8")
    with pytest.raises(ContractError, match="the core set does not exist"):
        read_assessment([city])
