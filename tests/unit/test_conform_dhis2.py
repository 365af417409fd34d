"""DHIS2's recorded answers as tables: rows, sums, first and last row compared with the files read in another way."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path

import pytest

from sga_pipeline.contracts.formats import Dhis2Format
from sga_pipeline.errors import DeliveryError
from tests.dhis2_tables import opened
from tests.runs import data_folder

SAMPLES = data_folder() / "api_samples" / "dhis2"
needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the recorded answers are not here")


def by_lines(file: Path) -> list[list[str]]:
    """The rows by their brackets alone: no JSON reader, and no knowledge of the rest of the file."""
    text = file.read_text(encoding="utf-8")
    inside = text[text.index('"rows"') :]
    rows = re.findall(r"\[\s*((?:\"[^\"]*\"\s*,?\s*)+)\]", inside)
    return [re.findall(r"\"([^\"]*)\"", row) for row in rows]


@needs_samples
@pytest.mark.parametrize("file", sorted(SAMPLES.glob("*analytics*.json")), ids=lambda file: file.stem)
def test_analytics(file: Path) -> None:
    expected, found = by_lines(file), opened(file)
    assert len(found) == len(expected)
    for row, cells in zip(found, expected, strict=True):
        assert list(row.values())[: len(cells)] == cells
    if found and "value" in found[0]:
        total = sum(Decimal(str(row["value"])) for row in found)
        assert total == sum(Decimal(cells[-1]) for cells in expected)


# Read off the files with grep and awk: rows, sum of values, first row and last row by their identifiers.
BY_HAND = {
    "2.35__analytics-4a7213": (12, "1413.1", ("Uvn6LCg7dVU", "202009", "127.0"), ("Uvn6LCg7dVU", "202108", "122.3")),
    "2.35__analytics-b309e1": (23, "2778.1", ("Uvn6LCg7dVU", "202009", "169.4"), ("Uvn6LCg7dVU", "202108", "94.1")),
    "40.0.1__analytics-bef477": (
        84,
        "12362160",
        ("f27B1G7B3m3", "202304", "362454"),
        ("cYeuwXTCPkU.PT59n8BQbqM", "202307", "4512"),
    ),
    "40.0.1__analytics-bd25dd": (28, "1367", ("fbfJHSPpUQD", "202303", "5"), ("fbfJHSPpUQD", "202210", "25")),
}


@needs_samples
@pytest.mark.parametrize("name", BY_HAND)
def test_names_lead_back_to_identifiers(name: str) -> None:
    rows, total, first, last = BY_HAND[name]
    found = opened(SAMPLES / f"{name}.json")
    values = [(row["dx id"], row["pe id"], row["value"]) for row in found]
    assert (len(values), values[0], values[-1]) == (rows, first, last)
    assert sum(Decimal(str(value)) for _, _, value in values) == Decimal(total)
    assert all(re.fullmatch(r"20\d{4}", str(period)) for _, period, _ in values)
    assert all(re.match(r"[A-Za-z][A-Za-z0-9]{10}", str(data)) for data, _, _ in values)


@needs_samples
def test_zero_is_a_row_with_zero_and_nothing_else_is() -> None:
    found = opened(SAMPLES / "40.0.1__analytics-876ed3.json")
    text = (SAMPLES / "40.0.1__analytics-876ed3.json").read_text(encoding="utf-8")
    assert sum(row["value"] == "0" for row in found) == text.count(',"0"]') > 0
    assert opened(SAMPLES / "40.0.1__analytics-8305c9.json") == []
    assert opened(SAMPLES / "40.0.1__analytics-bb7d36.json") == []


@needs_samples
def test_the_hierarchy_in_the_metadata_places_every_facility() -> None:
    found = opened(SAMPLES / "40.0.1__analytics-400807.json")
    maforay = next(row for row in found if row["ou"] == "simyC07XwnS")
    assert (maforay["ou name"], maforay["ou level"], maforay["ou parent"]) == ("Maforay MCHP", "4", "JdqfYTIFZXN")
    assert maforay["ou path"] == "/ImspTQPwCqd/TEQlaapDQoK/JdqfYTIFZXN/simyC07XwnS"
    assert maforay["ou level 2"] == "TEQlaapDQoK"
    assert {row["ou level"] for row in found} == {"4"} and all(row["ou level 2"] for row in found)
    assert len({row["ou level 2"] for row in found}) == 13


# Answers that were asked for names and groups alone.
WITHOUT_ID = {"51edf3", "88176c", "b5c747", "e4621f", "f5560f"}


@needs_samples
@pytest.mark.parametrize("file", sorted(SAMPLES.glob("*organisationUnits*.json")), ids=lambda file: file.stem)
def test_units(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    if file.stem[-6:] in WITHOUT_ID:
        with pytest.raises(DeliveryError, match="no id"):
            opened(file)
        return
    units = json.loads(text)["organisationUnits"]
    found = opened(file)
    assert [row["id"] for row in found] == sorted(one["id"] for one in units)
    assert {row["id"]: row["name"] for row in found} == {one["id"]: one.get("name") for one in units}
    # Who made or changed a unit is nobody's business.
    assert "Wakiki" not in json.dumps(found)


@needs_samples
def test_a_unit_with_all_its_fields() -> None:
    (found,) = opened(SAMPLES / "40.0.1__organisationUnits-04f68e.json")
    geometry = found.pop("geometry")
    assert found == {
        "id": "vWbkYPRmKyS",
        "code": "OU_540",
        "name": "Baoma",
        "level": "3",
        "parent": "O6uvpzGd5pu",
        "path": "/ImspTQPwCqd/O6uvpzGd5pu/vWbkYPRmKyS",
        "level 2": "O6uvpzGd5pu",
        "level 2 name": None,
    }
    assert str(geometry).startswith("POLYGON ((-11.3517 7.9604, ")


@needs_samples
@pytest.mark.parametrize("name", ["core_dataValues_bulk.json", "openfn_readDataValues.json"])
def test_raw_values(name: str) -> None:
    text = (SAMPLES / name).read_text(encoding="utf-8")
    values = re.findall(r'"value"\s*:\s*"([^"]*)"', text)
    found = opened(SAMPLES / name)
    assert [row["value"] for row in found] == values
    assert [row["dx"] for row in found] == re.findall(r'"dataElement"\s*:\s*"([^"]*)"', text)
    assert [row["pe"] for row in found] == re.findall(r'"period"\s*:\s*"([^"]*)"', text)
    assert [row["ou"] for row in found] == re.findall(r'"orgUnit"\s*:\s*"([^"]*)"', text)
    assert "storedBy" not in found[0] and "system" not in {cell for row in found for cell in row.values()}


@needs_samples
def test_raw_values_as_csv() -> None:
    file = SAMPLES / "core_dataValues.csv"
    lines = [line for line in file.read_text(encoding="utf-8").splitlines() if line.strip()][1:]
    expected = [tuple(one.strip(' "') for one in line.split(",")) for line in lines]
    found = opened(file, Dhis2Format(kind="dhis2", written="csv"))
    assert [(row["dx"], row["pe"], row["ou"], row["value"]) for row in found] == expected
    assert (len(found), found[0]["value"], found[-1]["value"]) == (len(lines), "2", expected[-1][-1])
    numbers = [one[-1] for one in expected if one[-1].isdigit()]
    assert sum(int(str(row["value"])) for row in found if str(row["value"]).isdigit()) == sum(map(int, numbers)) == 956


@needs_samples
@pytest.mark.parametrize(
    "file",
    sorted(
        {
            *SAMPLES.glob("*ndicators*"),
            *SAMPLES.glob("*dataElements*"),
            *SAMPLES.glob("*.geojson"),
            *SAMPLES.glob("*ReUH*"),
            *SAMPLES.glob("*.tsv"),
        }
    ),
    ids=lambda file: file.stem,
)
def test_what_holds_no_figures_is_refused(file: Path) -> None:
    with pytest.raises(DeliveryError, match=r"neither analytics nor values nor units|not JSON"):
        opened(file)
